//! [`Generator`]: keys by the million from blocks of a sequence.
//!
//! In: blocks of numbers that nobody else has. Out: keys, each once. Invariants: no lock is held and no row is touched for
//! a key; when the blocks are used up there is no key, never one twice.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use super::{Key, Prefix};

/// Numbers of a shard's sequence that belong to one generator: `first` and the `count - 1` behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    first: u64,
    count: u64,
}

/// A block that is empty, or goes beyond the last number of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a block of {count} keys from {first} on: there are none, or not so many")]
pub struct InvalidBlock {
    first: u64,
    count: u64,
}

impl Block {
    /// Checks that there is something in it, and that keys have room for it.
    ///
    /// # Errors
    /// [`InvalidBlock`] otherwise.
    pub fn try_new(first: u64, count: u64) -> Result<Block, InvalidBlock> {
        let last = count.checked_sub(1).and_then(|more| first.checked_add(more));
        match last {
            Some(last) if last <= Key::MAX_SEQUENCE => Ok(Block { first, count }),
            Some(_) | None => Err(InvalidBlock { first, count }),
        }
    }
}

/// A block of which some is used. Threads that draw from it past its end find nothing there.
#[derive(Debug)]
struct Draw {
    next: AtomicU64,
    end: u64,
}

impl Draw {
    fn take(&self) -> Option<u64> {
        // Looked at before it is drawn, so that what is drawn in vain never wraps round.
        if self.next.load(Ordering::Relaxed) >= self.end {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.end).then_some(number)
    }

    fn left(&self) -> u64 {
        self.end.saturating_sub(self.next.load(Ordering::Relaxed))
    }
}

/// Makes keys of one shard. Shared by threads; a key costs an atomic addition.
#[derive(Debug)]
pub struct Generator {
    shard: u16,
    blocks: RwLock<Vec<Draw>>,
}

impl Generator {
    /// A generator without numbers; `None` for a shard that keys have no room for.
    #[must_use]
    pub fn new(shard: u16) -> Option<Generator> {
        (shard <= Key::MAX_SHARD).then(|| Generator { shard, blocks: RwLock::default() })
    }

    /// The next key of an object; `None`: another block is needed.
    #[must_use]
    pub fn next(&self, prefix: Prefix) -> Option<Key> {
        let blocks = self.blocks.read().unwrap_or_else(PoisonError::into_inner);
        let number = blocks.iter().find_map(Draw::take)?;
        Key::of_parts(prefix, self.shard, number)
    }

    /// How many keys there are without another block: below a threshold, one should be fetched.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.blocks.read().unwrap_or_else(PoisonError::into_inner).iter().map(Draw::left).sum()
    }

    /// Adds a block; those that are used up go.
    pub fn fill(&self, block: Block) {
        let mut blocks = self.blocks.write().unwrap_or_else(PoisonError::into_inner);
        blocks.retain(|block| block.left() > 0);
        blocks.push(Draw { next: AtomicU64::new(block.first), end: block.first + block.count });
    }
}
