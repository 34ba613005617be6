//! [`FairQueue`]: who waits for a connection, and whose turn it is.
//!
//! Max-min fairness: the next connection goes to the party that holds the fewest, among equals to the one that was
//! served longest ago. So a party with a thousand clients gets no more than one with a single client needs, and what the
//! quiet ones leave. No party holds more than its share, so that there is nearly always a connection free for the others.
//! And nobody starves: every fourth connection goes to the party that was served longest ago, whatever it holds. (A client
//! may let one of its transactions wait until another has begun; then more of its connections are the only way on.)

use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::org::OrgId;

/// For whom: an org, or none for statements without one.
pub(super) type Party = Option<OrgId>;

/// Each connection of so many goes to the party that was served longest ago.
const OLDEST_EVERY: u64 = 4;

/// Waiters by party. `W` is what wakes one.
#[derive(Debug)]
pub(super) struct FairQueue<W> {
    parties: HashMap<Party, Entry<W>>,
    /// Those that wait: by how many connections they hold, then by turn.
    order: BTreeSet<(usize, u64, Party)>,
    /// The same by turn alone.
    ages: BTreeSet<(u64, Party)>,
    turn: u64,
    served: u64,
    waiting: usize,
}

#[derive(Debug)]
struct Entry<W> {
    held: usize,
    turn: u64,
    waiting: VecDeque<(u64, W)>,
}

impl<W> Default for FairQueue<W> {
    fn default() -> Self {
        FairQueue {
            parties: HashMap::new(),
            order: BTreeSet::new(),
            ages: BTreeSet::new(),
            turn: 0,
            served: 0,
            waiting: 0,
        }
    }
}

impl<W> FairQueue<W> {
    /// How many wait.
    pub(super) const fn waiting(&self) -> usize {
        self.waiting
    }

    /// How many connections a party holds.
    pub(super) fn held(&self, party: Party) -> usize {
        self.parties.get(&party).map_or(0, |entry| entry.held)
    }

    /// A party has got a connection.
    pub(super) fn took(&mut self, party: Party) {
        self.change(party, |entry| entry.held += 1);
    }

    /// A party has given one back.
    pub(super) fn gave(&mut self, party: Party) {
        self.change(party, |entry| entry.held = entry.held.saturating_sub(1));
    }

    /// One more waits. `number` names it.
    pub(super) fn push(&mut self, party: Party, number: u64, waiter: W) {
        self.turn += 1;
        let turn = self.turn;
        self.waiting += 1;
        self.change(party, |entry| {
            if entry.waiting.is_empty() {
                entry.turn = turn;
            }
            entry.waiting.push_back((number, waiter));
        });
    }

    /// Whether anybody who waits may have a connection, when a party may hold `share`.
    pub(super) fn is_any_eligible(&self, share: usize) -> bool {
        self.order.first().is_some_and(|(held, _, _)| *held < share)
    }

    /// Who is next.
    pub(super) fn pop(&mut self, share: usize) -> Option<(Party, W)> {
        let (held, _, mut party) = *self.order.first()?;
        if held >= share {
            return None;
        }
        self.served += 1;
        if self.served.is_multiple_of(OLDEST_EVERY) {
            let oldest = self.ages.iter().find(|(_, party)| self.held(*party) < share);
            party = oldest.map_or(party, |(_, party)| *party);
        }
        self.turn += 1;
        let turn = self.turn;
        let mut found = None;
        self.change(party, |entry| {
            found = entry.waiting.pop_front();
            entry.turn = turn;
        });
        let (_, waiter) = found?;
        self.waiting -= 1;
        Some((party, waiter))
    }

    /// Anybody, whatever its share: for telling all that there is nothing to wait for.
    pub(super) fn pop_any(&mut self) -> Option<W> {
        self.pop(usize::MAX).map(|(_, waiter)| waiter)
    }

    /// One does not wait any longer.
    pub(super) fn forget(&mut self, party: Party, number: u64) {
        let mut gone = 0;
        self.change(party, |entry| {
            let before = entry.waiting.len();
            entry.waiting.retain(|(known, _)| *known != number);
            gone = before - entry.waiting.len();
        });
        self.waiting -= gone;
    }

    /// Changes a party's entry, and its place in the order with it.
    fn change(&mut self, party: Party, change: impl FnOnce(&mut Entry<W>)) {
        let entry = self.parties.entry(party).or_insert_with(|| Entry { held: 0, turn: 0, waiting: VecDeque::new() });
        if !entry.waiting.is_empty() {
            self.order.remove(&(entry.held, entry.turn, party));
            self.ages.remove(&(entry.turn, party));
        }
        change(entry);
        if !entry.waiting.is_empty() {
            self.order.insert((entry.held, entry.turn, party));
            self.ages.insert((entry.turn, party));
        } else if entry.held == 0 {
            self.parties.remove(&party);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn party(number: i64) -> Party {
        OrgId::try_new(number).ok()
    }

    #[test]
    fn a_crowd_waits_behind_one_who_holds_less() {
        let mut queue = FairQueue::default();
        for number in 0..100 {
            queue.push(party(1), number, "crowd");
        }
        queue.took(party(1));
        queue.push(party(2), 100, "quiet");
        assert_eq!(queue.pop(8), Some((party(2), "quiet")));
        queue.took(party(2));
        // Now both hold one: the crowd has waited longer for its turn.
        queue.push(party(2), 101, "quiet");
        assert_eq!(queue.pop(8), Some((party(1), "crowd")));
        queue.took(party(1));
        assert_eq!(queue.pop(8), Some((party(2), "quiet")));
        assert_eq!(queue.waiting(), 99);
    }

    #[test]
    fn equals_take_turns() {
        let mut queue = FairQueue::default();
        for number in 0..9 {
            queue.push(party(1 + i64::try_from(number % 3).unwrap()), number, number % 3);
        }
        let served: Vec<u64> = std::iter::from_fn(|| queue.pop(8)).map(|(_, who)| who).collect();
        assert_eq!(served, [0, 1, 2, 0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn nobody_starves_behind_those_who_hold_less() {
        let mut queue = FairQueue::default();
        queue.push(party(1), 0, "busy");
        for _ in 0..3 {
            queue.took(party(1));
        }
        // One who never holds anything comes again and again.
        let served = (1..=4).map(|number| {
            queue.push(party(2), number, "quick");
            queue.pop(8).unwrap().1
        });
        assert_eq!(served.filter(|who| *who == "busy").count(), 1);
    }

    #[test]
    fn nobody_has_more_than_the_share() {
        let mut queue = FairQueue::default();
        queue.push(party(1), 1, ());
        queue.took(party(1));
        queue.took(party(1));
        assert!(!queue.is_any_eligible(2));
        assert_eq!(queue.pop(2), None);
        queue.gave(party(1));
        assert!(queue.is_any_eligible(2));
        assert_eq!(queue.pop(2), Some((party(1), ())));
        assert_eq!((queue.waiting(), queue.held(party(1))), (0, 1));
    }

    proptest! {
        /// Whatever happens, the count of those who wait is right, who is served waits, and nothing is kept of who is gone.
        #[test]
        fn books_are_kept(steps in proptest::collection::vec((0..4u8, 1..5i64), 0..200)) {
            let mut queue = FairQueue::default();
            let mut waiting: Vec<(i64, u64)> = Vec::new();
            let mut held = [0usize; 5];
            let mut pops = 0u64;
            for (number, (step, who)) in (0u64..).zip(steps) {
                let at = usize::try_from(who).unwrap();
                match step {
                    0 => {
                        queue.push(party(who), number, number);
                        waiting.push((who, number));
                    }
                    1 => {
                        let served = queue.pop(3);
                        let least = waiting.iter().map(|(who, _)| held[usize::try_from(*who).unwrap()]).min();
                        match served {
                            None => prop_assert!(least.is_none_or(|least| least >= 3)),
                            Some((served, number)) => {
                                let place = waiting.iter().position(|(_, known)| *known == number).unwrap();
                                let (who, _) = waiting.remove(place);
                                let at = usize::try_from(who).unwrap();
                                prop_assert_eq!(party(who), served);
                                pops += 1;
                                prop_assert!(held[at] < 3);
                                prop_assert!(Some(held[at]) == least || pops.is_multiple_of(OLDEST_EVERY));
                                queue.took(served);
                                held[at] += 1;
                            }
                        }
                    }
                    2 if held[at] > 0 => {
                        queue.gave(party(who));
                        held[at] -= 1;
                    }
                    _ => {
                        if let Some(place) = waiting.iter().position(|(known, _)| *known == who) {
                            let (_, number) = waiting.remove(place);
                            queue.forget(party(who), number);
                        }
                    }
                }
                prop_assert_eq!(queue.waiting(), waiting.len());
            }
            let known = (1..5i64).filter(|who| held[usize::try_from(*who).unwrap()] > 0 || waiting.iter().any(|(other, _)| other == who));
            prop_assert_eq!(queue.parties.len(), known.count());
        }
    }
}
