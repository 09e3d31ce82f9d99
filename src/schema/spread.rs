//! Work on each of many things, spread over the machine's processors.

use std::panic::resume_unwind;
use std::thread;

/// Fewer of them are done by the time that a thread has started.
const WORTH: usize = 500;
/// The most threads; a server has other things to do, too.
const MOST: usize = 4;

/// What `work` makes of each thing, such as a table of a schema, and of its place; in their order.
pub fn over<I: Send, T: Send>(things: Vec<I>, work: impl Fn(usize, I) -> T + Sync) -> Vec<T> {
    let threads = if things.len() < WORTH {
        1
    } else {
        thread::available_parallelism().map_or(1, |processors| processors.get().min(MOST))
    };
    let share = things.len().div_ceil(threads).max(1);
    let work = &work;
    let one = |first: usize, things: Vec<I>| -> Vec<T> {
        let numbered = (first..).zip(things);
        numbered.map(|(at, thing)| work(at, thing)).collect()
    };
    thread::scope(|scope| {
        let mut own = things;
        let mut others = Vec::new();
        while own.len() > share {
            let first = (own.len() - 1) / share * share;
            let last = own.split_off(first);
            others.push(scope.spawn(move || one(first, last)));
        }
        let mut all = one(0, own);
        for other in others.into_iter().rev() {
            all.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_things_are_worked_on_in_their_order_however_many_there_are() {
        for count in [0, 1, WORTH - 1, WORTH, WORTH + 1, 2 * WORTH + 3] {
            let things: Vec<_> = (0..count).map(|at| at.to_string()).collect();
            let done = over(things, |at, thing| format!("{at}{thing}"));
            let expected: Vec<_> = (0..count).map(|at| format!("{at}{at}")).collect();
            assert_eq!(done, expected);
        }
    }
}
