//! The throttle of logins: per address, and per account. It delays; it never locks for good.
//!
//! An attempt counts as failed when it begins, so that many at once count as many. One that
//! succeeds is given back.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Attempts that an address has at once.
const ADDRESS_BURST: u32 = 10;
/// After those, one each of this.
const ADDRESS_INTERVAL: Duration = Duration::from_secs(6);

/// Failures of an account before it is delayed.
const ACCOUNT_FREE: u32 = 5;
/// The longest delay of an account. The first is a second; each failure doubles it.
const ACCOUNT_MAX: Duration = Duration::from_mins(15);
/// An account that is left alone for so long begins anew.
const ACCOUNT_FORGOTTEN: Duration = Duration::from_hours(1);

/// Addresses and accounts that are remembered, each; beyond, those that have waited longest are
/// forgotten.
const REMEMBERED: usize = 10_000;

/// Too many attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many failed logins; try again in {} s", .retry_after.as_secs())]
pub struct Throttled {
    /// When to try again, in whole seconds, at least one.
    pub retry_after: Duration,
}

impl Throttled {
    fn until(then: Instant, now: Instant) -> Self {
        let seconds = then
            .saturating_duration_since(now)
            .as_millis()
            .div_ceil(1_000);
        Self {
            retry_after: Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX).max(1)),
        }
    }
}

/// The throttle. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct LoginThrottle {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// When each address will have all its attempts again.
    addresses: HashMap<IpAddr, Instant>,
    accounts: HashMap<String, Account>,
}

#[derive(Debug, Clone, Copy)]
struct Account {
    failures: u32,
    last: Instant,
    /// No attempt before this.
    not_before: Instant,
}

/// An attempt that was let through. Dropped, it counts as failed.
#[derive(Debug)]
#[must_use]
pub struct Attempt {
    throttle: LoginThrottle,
    address: IpAddr,
    account: String,
    before: Option<Account>,
}

impl LoginThrottle {
    /// Lets an attempt through, or tells when to try again. What is refused counts for nothing.
    pub fn begin(&self, address: IpAddr, account: &str) -> Result<Attempt, Throttled> {
        self.begin_at(Instant::now(), address, account)
    }

    fn begin_at(&self, now: Instant, address: IpAddr, account: &str) -> Result<Attempt, Throttled> {
        let address = network_of(address);
        let mut state = self.lock();
        let refilled = state
            .addresses
            .get(&address)
            .map_or(now, |at| (*at).max(now));
        let allowed_from = refilled
            .checked_sub(ADDRESS_INTERVAL * (ADDRESS_BURST - 1))
            .unwrap_or(now);
        if allowed_from > now {
            return Err(Throttled::until(allowed_from, now));
        }
        let before = (state.accounts.get(account).copied())
            .filter(|known| now.saturating_duration_since(known.last) < ACCOUNT_FORGOTTEN);
        if let Some(known) = before.filter(|known| known.not_before > now) {
            return Err(Throttled::until(known.not_before, now));
        }
        let failures = before.map_or(0, |known| known.failures).saturating_add(1);
        let failed = Account {
            failures,
            last: now,
            not_before: now + delay(failures),
        };
        insert(
            &mut state.addresses,
            address,
            refilled + ADDRESS_INTERVAL,
            |at| *at,
        );
        insert(&mut state.accounts, account.to_owned(), failed, |known| {
            known.last
        });
        Ok(Attempt {
            throttle: self.clone(),
            address,
            account: account.to_owned(),
            before,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole at every step; a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// It was the right password: the account begins anew, the address gets its attempt back.
    pub fn succeeded(self) {
        let mut state = self.throttle.lock();
        state.accounts.remove(&self.account);
        give_back(&mut state.addresses, self.address);
    }

    /// It came to no answer, through no fault of the caller: nothing is counted.
    pub fn abandoned(self) {
        let mut state = self.throttle.lock();
        match self.before {
            Some(before) => state.accounts.insert(self.account, before),
            None => state.accounts.remove(&self.account),
        };
        give_back(&mut state.addresses, self.address);
    }
}

fn give_back(addresses: &mut HashMap<IpAddr, Instant>, address: IpAddr) {
    if let Some(at) = addresses.get_mut(&address) {
        *at = at.checked_sub(ADDRESS_INTERVAL).unwrap_or(*at);
    }
}

/// Nothing for the first failures, then a second, doubling.
fn delay(failures: u32) -> Duration {
    match failures.checked_sub(ACCOUNT_FREE) {
        None => Duration::ZERO,
        Some(beyond) => Duration::from_secs(1)
            .saturating_mul(1_u32.checked_shl(beyond).unwrap_or(u32::MAX))
            .min(ACCOUNT_MAX),
    }
}

/// Who has an IPv6 network has all its addresses: they count as one.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Inserts, and keeps the map within its bound: where it is full, the older half goes.
fn insert<K: Eq + Hash + Clone, V>(
    map: &mut HashMap<K, V>,
    key: K,
    value: V,
    age: impl Fn(&V) -> Instant,
) {
    if map.len() >= REMEMBERED && !map.contains_key(&key) {
        let mut ages: Vec<Instant> = map.values().map(&age).collect();
        let middle = ages.len() / 2;
        let (_, median, _) = ages.select_nth_unstable(middle);
        let median = *median;
        map.retain(|_, value| age(value) > median);
    }
    map.insert(key, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn seconds(refused: Result<Attempt, Throttled>) -> u64 {
        refused.unwrap_err().retry_after.as_secs()
    }

    fn address(n: u32) -> IpAddr {
        IpAddr::V4(n.into())
    }

    #[test]
    fn an_address_has_ten_attempts_and_then_one_in_six_seconds() {
        let throttle = LoginThrottle::default();
        let now = Instant::now();
        for n in 0..10 {
            drop(throttle.begin_at(now, HERE, &format!("user{n}")).unwrap());
        }
        assert_eq!(seconds(throttle.begin_at(now, HERE, "other")), 6);
        assert!(throttle.begin_at(now, address(1), "other").is_ok());
        let later = now + Duration::from_secs(6);
        assert!(throttle.begin_at(later, HERE, "another").is_ok());
        assert_eq!(seconds(throttle.begin_at(later, HERE, "another")), 6);
    }

    #[test]
    fn successes_cost_an_address_nothing() {
        let throttle = LoginThrottle::default();
        let now = Instant::now();
        for _ in 0..100 {
            throttle.begin_at(now, HERE, "anna").unwrap().succeeded();
        }
    }

    #[test]
    fn an_account_is_delayed_twice_as_long_each_time_and_never_for_good() {
        let throttle = LoginThrottle::default();
        let mut now = Instant::now();
        for n in 0..5 {
            drop(throttle.begin_at(now, address(n), "anna").unwrap());
        }
        let mut delays = Vec::new();
        for n in 5..17 {
            let delay = seconds(throttle.begin_at(now, address(n), "anna"));
            delays.push(delay);
            now += Duration::from_secs(delay);
            drop(throttle.begin_at(now, address(n), "anna").unwrap());
        }
        assert_eq!(delays, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    }

    #[test]
    fn a_success_forgets_the_failures_of_the_account() {
        let throttle = LoginThrottle::default();
        let now = Instant::now();
        for n in 0..4 {
            drop(throttle.begin_at(now, address(n), "anna").unwrap());
        }
        throttle.begin_at(now, HERE, "anna").unwrap().succeeded();
        for n in 4..8 {
            drop(throttle.begin_at(now, address(n), "anna").unwrap());
        }
        assert!(throttle.begin_at(now, HERE, "anna").is_ok());
    }

    #[test]
    fn many_attempts_at_once_count_as_many() {
        let throttle = LoginThrottle::default();
        let now = Instant::now();
        let held: Vec<_> = (0..5)
            .map(|n| throttle.begin_at(now, address(n), "anna").unwrap())
            .collect();
        assert!(throttle.begin_at(now, HERE, "anna").is_err());
        held.into_iter().for_each(Attempt::abandoned);
        assert!(throttle.begin_at(now, HERE, "anna").is_ok());
    }

    #[test]
    fn an_account_left_alone_begins_anew() {
        let throttle = LoginThrottle::default();
        let now = Instant::now();
        for n in 0..5 {
            drop(throttle.begin_at(now, address(n), "anna").unwrap());
        }
        let later = now + ACCOUNT_FORGOTTEN;
        for n in 5..9 {
            drop(throttle.begin_at(later, address(n), "anna").unwrap());
        }
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let throttle = LoginThrottle::default();
        let now = Instant::now();
        for n in 0..10 {
            let address: IpAddr = format!("2001:db8::{n}").parse().unwrap();
            drop(
                throttle
                    .begin_at(now, address, &format!("user{n}"))
                    .unwrap(),
            );
        }
        assert!(
            throttle
                .begin_at(now, "2001:db8::ffff".parse().unwrap(), "x")
                .is_err()
        );
        assert!(
            throttle
                .begin_at(now, "2001:db8:0:1::1".parse().unwrap(), "x")
                .is_ok()
        );
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().unwrap();
        assert_eq!(network_of(mapped), "192.0.2.1".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let throttle = LoginThrottle::default();
        let now = Instant::now();
        for n in 0..25_000_u32 {
            let at = now + Duration::from_millis(n.into());
            drop(throttle.begin_at(at, address(n), &n.to_string()).unwrap());
        }
        let state = throttle.lock();
        assert!(state.addresses.len() <= REMEMBERED);
        assert!(state.accounts.len() <= REMEMBERED);
        assert!(state.accounts.contains_key("24999"));
    }
}
