//! A hasher for what is a hash already.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Scatters what is a hash already: by a secret, so that nobody outside can
/// choose words that all come to lie in one place of a map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scattered {
    secret: u64,
    factor: u64,
}

impl Default for Scattered {
    fn default() -> Self {
        let chance = RandomState::new();
        Self { secret: chance.hash_one(0), factor: chance.hash_one(1) | 1 }
    }
}

impl BuildHasher for Scattered {
    type Hasher = Scatter;

    fn build_hasher(&self) -> Scatter {
        Scatter { by: *self, hash: 0 }
    }
}

pub(super) struct Scatter {
    by: Scattered,
    hash: u64,
}

impl Hasher for Scatter {
    fn write_u64(&mut self, hash: u64) {
        let both = u128::from(self.hash ^ hash ^ self.by.secret) * u128::from(self.by.factor);
        self.hash = (both >> 64) as u64 ^ both as u64;
    }

    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            self.write_u64(part.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)));
        }
    }

    fn finish(&self) -> u64 {
        self.hash
    }
}
