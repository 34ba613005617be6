//! [`Retry`] and [`Attempts`]: doing a transaction again where that is known to be right.
//!
//! In: what went wrong. Out: whether to try again, after a pause. Invariants: what may have happened is not done again, unless
//! the service says that it may be; an org that moves is waited for by the directory's word, not by the clock alone. What is
//! absent: retrying single statements behind the service's back.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::figures;
use super::transaction::{Transaction, TransactionBuilder};
use crate::engine::Engine;
use crate::error::Error;
use crate::sqlstate::SqlState;

/// How often, and after which pauses, a transaction is tried again.
///
/// Tried again is what certainly has not happened and may go better next time ([`Error::is_retryable`]): serialization failures
/// (40001), deadlocks (40P01), an org that is being moved (57P03), no connection (53300, 08001).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    attempts: u32,
    first: Duration,
    longest: Duration,
    idempotent: bool,
}

impl Retry {
    /// Five attempts, with pauses from 10 milliseconds up to a second.
    #[must_use]
    pub const fn new() -> Retry {
        Retry { attempts: 5, first: Duration::from_millis(10), longest: Duration::from_secs(1), idempotent: false }
    }

    /// How many attempts there are in all; at least one.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Retry {
        self.attempts = attempts;
        self
    }

    /// The pause before the second attempt, and the longest; between them each is twice the one before. What is waited is
    /// half of that and a random part of the other half, so that those who met do not meet again.
    #[must_use]
    pub const fn pauses(mut self, first: Duration, longest: Duration) -> Retry {
        (self.first, self.longest) = (first, longest);
        self
    }

    /// Says that doing it twice is the same as doing it once: then what may or may not have happened (a connection that was
    /// lost, [`Error::is_outcome_unknown`]) is tried again too.
    #[must_use]
    pub const fn idempotent(mut self) -> Retry {
        self.idempotent = true;
        self
    }

    fn takes(&self, error: &Error) -> bool {
        error.is_retryable() || self.idempotent && (error.is_outcome_unknown() || error.code() == "57P01")
    }

    /// The pause behind the attempt of that number, from 1; `random` is of `0..=u32::MAX`.
    fn pause(&self, attempt: u32, random: u32) -> Duration {
        let doubled = self.first.saturating_mul(1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX));
        let half = doubled.min(self.longest) / 2;
        half + half.mul_f64(f64::from(random) / f64::from(u32::MAX))
    }
}

impl Default for Retry {
    fn default() -> Retry {
        Retry::new()
    }
}

/// The attempts at one piece of work, for loops of the service's own; [`Org::transact`](super::Org::transact) is such a loop.
///
/// ```no_run
/// # async fn work(org: &orgfold::Org) -> Result<(), orgfold::Error> { Ok(()) }
/// # async fn example(org: orgfold::Org) -> Result<(), orgfold::Error> {
/// let mut attempts = org.attempts(orgfold::Retry::new());
/// while let Err(error) = work(&org).await {
///     if !attempts.again(&error).await {
///         return Err(error);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Attempts {
    retry: Retry,
    made: u32,
    engine: Arc<Engine>,
}

impl Attempts {
    pub(super) fn new(retry: Retry, engine: Arc<Engine>) -> Attempts {
        Attempts { retry, made: 0, engine }
    }

    /// Whether to try again after this error. When so, it returns after the pause; for an org that is being moved, as soon as
    /// the directory says something new.
    ///
    /// Cancel safe.
    pub async fn again(&mut self, error: &Error) -> bool {
        self.made = self.made.saturating_add(1);
        if self.made >= self.retry.attempts || !self.retry.takes(error) {
            return false;
        }
        // Without randomness the pause is still a pause.
        let pause = tokio::time::sleep(self.retry.pause(self.made, getrandom::u32().unwrap_or(0)));
        tracing::debug!(code = error.code(), attempt = self.made, "trying again");
        figures::retried(error);
        if error.code() == SqlState::CANNOT_CONNECT_NOW.code() {
            let mut news = self.engine.directory().subscribe();
            tokio::select! {
                () = pause => {}
                // Without a directory there is the clock.
                Ok(()) = news.changed() => {}
            }
        } else {
            pause.await;
        }
        true
    }
}

/// An error type of the service's that may hold one of orgfold's: what [`Org::transact`](super::Org::transact) looks at.
///
/// ```
/// #[derive(Debug)]
/// enum Fault {
///     OutOfStock,
///     Database(orgfold::Error),
/// }
///
/// impl From<orgfold::Error> for Fault {
///     fn from(error: orgfold::Error) -> Fault {
///         Fault::Database(error)
///     }
/// }
///
/// impl orgfold::Failure for Fault {
///     fn database(&self) -> Option<&orgfold::Error> {
///         match self {
///             Fault::Database(error) => Some(error),
///             Fault::OutOfStock => None,
///         }
///     }
/// }
/// ```
pub trait Failure: From<Error> {
    /// orgfold's error, if it is one: only such are tried again.
    fn database(&self) -> Option<&Error>;
}

impl Failure for Error {
    fn database(&self) -> Option<&Error> {
        Some(self)
    }
}

impl Failure for Box<dyn std::error::Error + Send + Sync> {
    fn database(&self) -> Option<&Error> {
        self.downcast_ref()
    }
}

/// A transaction lent to the work of [`Org::transact`](super::Org::transact), which has it back when this is dropped.
#[derive(Debug)]
pub struct Loan {
    transaction: Transaction,
    lender: Arc<Mutex<Option<Transaction>>>,
}

impl Loan {
    fn of(transaction: Transaction) -> (Loan, Arc<Mutex<Option<Transaction>>>) {
        let lender = Arc::new(Mutex::new(None));
        (Loan { transaction, lender: Arc::clone(&lender) }, lender)
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        *self.lender.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.transaction.take());
    }
}

impl Deref for Loan {
    type Target = Transaction;

    fn deref(&self) -> &Transaction {
        &self.transaction
    }
}

impl DerefMut for Loan {
    fn deref_mut(&mut self) -> &mut Transaction {
        &mut self.transaction
    }
}

impl TransactionBuilder<'_> {
    /// Runs work in a transaction and commits it; as a whole again where [`Retry`] says so. Work that returns an error is
    /// rolled back. It must do nothing that a rollback does not undo.
    ///
    /// Cancel safe: dropped before it is done, the transaction is rolled back, or its outcome is unknown when it was committing.
    ///
    /// # Errors
    /// What the work says, or [`Transaction::commit`]; that of the last attempt. 25000 when the work kept its [`Loan`].
    // An `AsyncFnMut(&mut Transaction)` would read better, but its future cannot be proved `Send` where it borrows.
    pub async fn transact<T, E, F, W>(self, retry: Retry, mut work: F) -> Result<T, E>
    where
        E: Failure,
        F: FnMut(Loan) -> W,
        W: Future<Output = Result<T, E>>,
    {
        let mut attempts = self.attempts(retry);
        loop {
            let error = match self.start().await {
                Ok(transaction) => match once(transaction, &mut work).await {
                    Ok(result) => return Ok(result),
                    Err(error) => error,
                },
                Err(error) => E::from(error),
            };
            let again = match error.database() {
                Some(inner) => attempts.again(inner).await,
                None => false,
            };
            if !again {
                return Err(error);
            }
        }
    }
}

async fn once<T, E, F, W>(transaction: Transaction, work: &mut F) -> Result<T, E>
where
    E: Failure,
    F: FnMut(Loan) -> W,
    W: Future<Output = Result<T, E>>,
{
    let (loan, lender) = Loan::of(transaction);
    let result = work(loan).await;
    let back = lender.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(transaction) = back else {
        // Whoever has it can do no more than roll it back.
        result?;
        let message = "the transaction was kept beyond the work that it was lent to";
        return Err(Error::here(SqlState::INVALID_TRANSACTION_STATE, message).into());
    };
    match result {
        Ok(result) => transaction.commit().await.map(|()| result).map_err(E::from),
        Err(error) => {
            // Waited for, so that the next attempt finds the connection free. It is rolled back in any case.
            let _ = transaction.rollback().await;
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest() {
        let retry = Retry::new().pauses(Duration::from_millis(10), Duration::from_millis(35));
        let least: Vec<u128> = (1..6).map(|attempt| retry.pause(attempt, 0).as_micros()).collect();
        assert_eq!(least, [5_000, 10_000, 17_500, 17_500, 17_500]);
        assert_eq!(retry.pause(1, u32::MAX).as_millis(), 10);
        assert_eq!(retry.pause(u32::MAX, u32::MAX).as_millis(), 35);
    }

    #[test]
    fn what_may_have_happened_is_not_done_twice() {
        let lost = Error::here(SqlState::CONNECTION_FAILURE, "lost");
        assert!(!Retry::new().takes(&lost));
        assert!(Retry::new().idempotent().takes(&lost));
        assert!(Retry::new().takes(&Error::here(SqlState::SERIALIZATION_FAILURE, "again")));
        assert!(!Retry::new().idempotent().takes(&Error::here(SqlState::UNDEFINED_TABLE, "never")));
    }
}
