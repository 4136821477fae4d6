//! One deadline for a whole poll, by the monotonic clock. What a poll waits for
//! among its own kind (a turn, room in the budget) is not held against the server.

use std::time::Duration;

use tokio::time::Instant;

use crate::fetch::FetchError;

/// What is left of a poll's time.
pub struct Patience {
    limit: Duration,
    left: Duration,
}

impl Patience {
    /// All of it.
    pub fn new(limit: Duration) -> Self {
        Self { limit, left: limit }
    }

    /// Waits for a server as long as patience lasts; only this time counts.
    ///
    /// # Errors
    ///
    /// [`FetchError::Timeout`] when it is used up.
    pub async fn with<T>(&mut self, server: impl Future<Output = T>) -> Result<T, FetchError> {
        let begun = Instant::now();
        let answer = tokio::time::timeout(self.left, server).await;
        self.left = self.left.saturating_sub(begun.elapsed());
        answer.map_err(|_| FetchError::Timeout { after: self.limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn only_waiting_for_the_server_counts() {
        let mut patience = Patience::new(SECOND * 3);
        assert_eq!(patience.with(tokio::time::sleep(SECOND * 2)).await, Ok(()));
        tokio::time::sleep(SECOND * 60).await;
        assert_eq!(patience.with(tokio::time::sleep(SECOND / 2)).await, Ok(()));
        let late = patience.with(tokio::time::sleep(SECOND)).await;
        assert_eq!(late, Err(FetchError::Timeout { after: SECOND * 3 }));
    }
}
