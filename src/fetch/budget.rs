//! One budget for the bytes of all polls in flight. Most feeds are small and
//! never notice it; the large ones go one at a time.
//!
//! A body waits only for more than it has, in one order (slot, medium, large,
//! decoder), and the one with the last permit waits for nobody: so there is no
//! deadlock. The queues are fair and whoever holds a permit reads against its
//! deadline: so nobody starves.

use std::fmt;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Up to here a body is free: `concurrency` bounds how many there are.
pub const SMALL_BYTES: usize = 64 * 1024;

/// Up to here a body needs one of [`MEDIUM_BODIES`] permits, beyond it the
/// single large one too.
pub const MEDIUM_BYTES: usize = 1024 * 1024;

/// With the large one (16 MiB by default) and the small ones (64 times 64 KiB)
/// this comes to 36 MiB of feeds at most, plus one decoder, which has the body
/// before and after it; small gzip, which needs none, has a window of 32 KiB. The unit grants 256 MiB.
pub const MEDIUM_BODIES: usize = 16;

/// The permits for bodies that are not small.
pub struct Budget {
    medium: Arc<Semaphore>,
    large: Arc<Semaphore>,
    decoder: Arc<Semaphore>,
}

/// What a body takes up: a slot among the requests and its share of the
/// budget. Dropping it gives everything back, so that it should live as long as
/// the bytes do, and what was made of them: until it is stored.
///
/// While it lives the next body waits: do not hold one to fetch another.
#[derive(Default)]
pub struct Hold {
    slot: Option<OwnedSemaphorePermit>,
    medium: Option<OwnedSemaphorePermit>,
    large: Option<OwnedSemaphorePermit>,
}

impl Budget {
    /// With nothing in flight.
    pub fn new() -> Self {
        Self {
            medium: Arc::new(Semaphore::new(MEDIUM_BODIES)),
            large: Arc::new(Semaphore::new(1)),
            decoder: Arc::new(Semaphore::new(1)),
        }
    }

    /// Waits until a body may grow to `bytes`.
    pub async fn room_for(&self, bytes: usize, hold: &mut Hold) {
        if bytes > SMALL_BYTES && hold.medium.is_none() {
            hold.medium = Some(permit(&self.medium).await);
        }
        if bytes > MEDIUM_BYTES && hold.large.is_none() {
            hold.large = Some(permit(&self.large).await);
        }
    }

    /// Waits for the one decoder: each may have a window of 16 MiB, whatever
    /// the size of its body. To be held while it works, and not while it waits.
    pub async fn decoder(&self) -> OwnedSemaphorePermit {
        permit(&self.decoder).await
    }
}

impl Hold {
    /// Of a request whose body is still to come.
    pub fn of(slot: OwnedSemaphorePermit) -> Self {
        Self { slot: Some(slot), medium: None, large: None }
    }

    /// What a body may grow to without more permits.
    pub fn room_bytes(&self) -> usize {
        match (&self.medium, &self.large) {
            (_, Some(_)) => usize::MAX,
            (Some(_), None) => MEDIUM_BYTES,
            (None, None) => SMALL_BYTES,
        }
    }
}

/// Says which permits it has.
impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { slot, medium, large } = self;
        write!(f, "Hold({}, {}, {})", slot.is_some(), medium.is_some(), large.is_some())
    }
}

/// Any two are equal: they say nothing about what was fetched.
impl PartialEq for Hold {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Hold {}

/// The next free permit, first come first served.
pub async fn permit(semaphore: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    Arc::clone(semaphore).acquire_owned().await.expect("nobody closes our semaphores")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::task::JoinSet;
    use tokio::time::{sleep, timeout};

    use super::*;

    /// Whether a body of this size has to wait while `held` are in flight.
    async fn waits(bytes: usize, held: &[usize]) -> bool {
        let budget = Budget::new();
        let mut holds = Vec::new();
        for bytes in held {
            let mut hold = Hold::default();
            timeout(Duration::from_secs(1), budget.room_for(*bytes, &mut hold)).await.expect("there is room");
            holds.push(hold);
        }
        timeout(Duration::from_secs(1), budget.room_for(bytes, &mut Hold::default())).await.is_err()
    }

    #[tokio::test(start_paused = true)]
    async fn small_bodies_are_free_and_large_ones_go_one_at_a_time() {
        let many = [MEDIUM_BYTES; MEDIUM_BODIES];
        assert!(!waits(SMALL_BYTES, &many).await);
        assert!(waits(SMALL_BYTES + 1, &many).await);
        assert!(!waits(MEDIUM_BYTES, &many[1..]).await);
        assert!(!waits(MEDIUM_BYTES, &[MEDIUM_BYTES + 1]).await);
        assert!(waits(MEDIUM_BYTES + 1, &[MEDIUM_BYTES + 1]).await);
    }

    #[tokio::test(start_paused = true)]
    async fn many_growing_bodies_all_get_through() {
        let budget = Arc::new(Budget::new());
        let mut bodies = JoinSet::new();
        for number in 0..200_usize {
            let budget = Arc::clone(&budget);
            bodies.spawn(async move {
                let mut hold = Hold::default();
                for bytes in [SMALL_BYTES, MEDIUM_BYTES, MEDIUM_BYTES * 2].into_iter().take(number % 3 + 1) {
                    budget.room_for(bytes, &mut hold).await;
                    sleep(Duration::from_millis(10)).await;
                }
            });
        }
        let all = timeout(Duration::from_secs(10), bodies.join_all()).await;
        assert_eq!(all.map(|done| done.len()), Ok(200));
        assert_eq!((budget.medium.available_permits(), budget.large.available_permits()), (MEDIUM_BODIES, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_leaves_nothing_behind() {
        let budget = Budget::new();
        let (mut first, mut second) = (Hold::default(), Hold::default());
        budget.room_for(MEDIUM_BYTES + 1, &mut first).await;
        assert!(timeout(Duration::from_secs(1), budget.room_for(MEDIUM_BYTES + 1, &mut second)).await.is_err());
        drop((first, second));
        assert_eq!((budget.medium.available_permits(), budget.large.available_permits()), (MEDIUM_BODIES, 1));
    }
}
