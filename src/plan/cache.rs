//! The plan cache: compiled texts by catalog and text, bounded in bytes.
//!
//! In: a catalog's [`CatalogId`], the number of declared parameters, the text. Out: shared plans. Invariants: a hit
//! compares the whole text, never a hash alone; plans of an older catalog cannot be reached by a newer one's id; a hit
//! takes one shard's read lock and allocates nothing. Eviction is CLOCK (second chance), within a shard of the cache.
//! What is absent: compiling (the caller compiles on a miss), the org (plans serve every org).

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::Plan;

/// The identity of a catalog's contents within this process. Ids are never used again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CatalogId(u64);

impl CatalogId {
    /// An id that no other catalog has.
    #[must_use]
    pub fn next() -> CatalogId {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        CatalogId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Locks are taken for one part of the cache only.
const PARTS: usize = 16;

/// What an entry costs besides its texts, in bytes: map slot, counters, the plan's fixed part.
const OVERHEAD: usize = 256;

struct Entry {
    catalog: CatalogId,
    declared_params: u16,
    text: Box<str>,
    plans: Arc<[Plan]>,
    bytes: usize,
    used: AtomicBool,
}

#[derive(Default)]
struct Part {
    entries: HashMap<u64, Vec<Arc<Entry>>>,
    /// In the order of CLOCK's hand.
    ring: std::collections::VecDeque<(u64, Arc<Entry>)>,
    bytes: usize,
    /// Counted beside the lock that a hit takes anyway.
    hits: AtomicU64,
}

/// A cache of compiled texts.
pub struct PlanCache {
    parts: Vec<RwLock<Part>>,
    hasher: RandomState,
    part_bytes: usize,
    misses: AtomicU64,
}

/// What a cache did so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheStats {
    /// Texts found.
    pub hits: u64,
    /// Texts not found.
    pub misses: u64,
    /// Bytes held.
    pub bytes: usize,
    /// Texts held.
    pub entries: usize,
}

impl std::fmt::Debug for PlanCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlanCache").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

impl PlanCache {
    /// A cache that holds at most about `max_bytes`.
    #[must_use]
    pub fn new(max_bytes: usize) -> PlanCache {
        PlanCache {
            parts: (0..PARTS).map(|_| RwLock::new(Part::default())).collect(),
            hasher: RandomState::new(),
            part_bytes: max_bytes / PARTS,
            misses: AtomicU64::new(0),
        }
    }

    fn part(&self, hash: u64) -> Option<&RwLock<Part>> {
        self.parts.get(usize::try_from(hash >> 60).unwrap_or(0) % PARTS)
    }

    /// The plans of a text, if they are held.
    #[must_use]
    pub fn get(&self, catalog: CatalogId, declared_params: u16, text: &str) -> Option<Arc<[Plan]>> {
        let hash = self.hasher.hash_one((catalog, declared_params, text));
        let part = self.part(hash)?.read().unwrap_or_else(PoisonError::into_inner);
        let entry = part.entries.get(&hash).and_then(|entries| {
            entries.iter().find(|entry| {
                entry.catalog == catalog && entry.declared_params == declared_params && *entry.text == *text
            })
        });
        match entry {
            Some(entry) => {
                // Read first: a line that nobody writes is shared by all readers.
                if !entry.used.load(Ordering::Relaxed) {
                    entry.used.store(true, Ordering::Relaxed);
                }
                part.hits.fetch_add(1, Ordering::Relaxed);
                Some(Arc::clone(&entry.plans))
            }
            None => {
                self.misses.fetch_add(1, Ordering::Relaxed);
                None
            }
        }
    }

    /// Holds the plans of a text. A text of more than an eighth of a part is not worth what it pushes out.
    pub fn put(&self, catalog: CatalogId, declared_params: u16, text: &str, plans: Arc<[Plan]>) {
        let bytes = OVERHEAD + text.len() + plans.iter().map(Plan::bytes).sum::<usize>();
        if bytes > self.part_bytes / 8 {
            return;
        }
        let hash = self.hasher.hash_one((catalog, declared_params, text));
        let Some(part) = self.part(hash) else { return };
        let mut part = part.write().unwrap_or_else(PoisonError::into_inner);
        let known = part.entries.get(&hash).is_some_and(|entries| {
            entries.iter().any(|entry| {
                entry.catalog == catalog && entry.declared_params == declared_params && *entry.text == *text
            })
        });
        if known {
            return;
        }
        while part.bytes + bytes > self.part_bytes {
            let Some((old, entry)) = part.ring.pop_front() else { break };
            if entry.used.swap(false, Ordering::Relaxed) {
                part.ring.push_back((old, entry));
                continue;
            }
            part.bytes = part.bytes.saturating_sub(entry.bytes);
            if let Some(entries) = part.entries.get_mut(&old) {
                entries.retain(|held| !Arc::ptr_eq(held, &entry));
                if entries.is_empty() {
                    part.entries.remove(&old);
                }
            }
        }
        let entry =
            Arc::new(Entry { catalog, declared_params, text: text.into(), plans, bytes, used: AtomicBool::new(false) });
        part.bytes += bytes;
        part.ring.push_back((hash, Arc::clone(&entry)));
        part.entries.entry(hash).or_default().push(entry);
    }

    /// Counters and sizes.
    #[must_use]
    pub fn stats(&self) -> CacheStats {
        let (mut bytes, mut entries, mut hits) = (0, 0, 0);
        for part in &self.parts {
            let part = part.read().unwrap_or_else(PoisonError::into_inner);
            hits += part.hits.load(Ordering::Relaxed);
            bytes += part.bytes;
            entries += part.ring.len();
        }
        CacheStats { hits, misses: self.misses.load(Ordering::Relaxed), bytes, entries }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans() -> Arc<[Plan]> {
        Arc::from(Vec::new())
    }

    #[test]
    fn a_hit_needs_the_same_catalog_parameters_and_text() {
        let cache = PlanCache::new(1 << 20);
        let (one, other) = (CatalogId::next(), CatalogId::next());
        cache.put(one, 0, "SELECT 1", plans());
        assert!(cache.get(one, 0, "SELECT 1").is_some());
        assert!(cache.get(other, 0, "SELECT 1").is_none());
        assert!(cache.get(one, 1, "SELECT 1").is_none());
        assert!(cache.get(one, 0, "SELECT 2").is_none());
        let stats = cache.stats();
        assert_eq!((stats.hits, stats.misses, stats.entries), (1, 3, 1));
    }

    #[test]
    fn bytes_are_bounded_and_what_is_used_stays() {
        let cache = PlanCache::new(PARTS * 8 * OVERHEAD * 4);
        let id = CatalogId::next();
        cache.put(id, 0, "kept", plans());
        for i in 0..10_000 {
            cache.put(id, 0, &format!("SELECT {i}"), plans());
            assert!(cache.get(id, 0, "kept").is_some(), "after {i}");
        }
        let stats = cache.stats();
        assert!(stats.bytes <= PARTS * 8 * OVERHEAD * 4, "{stats:?}");
        assert!(stats.entries < 1_000, "{stats:?}");
    }
}
