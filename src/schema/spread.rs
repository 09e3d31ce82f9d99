//! Work on each table, spread over the machine's processors where the schema is large.

use std::panic::resume_unwind;
use std::thread;

use super::Table;

/// Fewer tables are done by the time that a thread has started.
const WORTH: usize = 500;
/// The most threads; a server has other things to do, too.
const MOST: usize = 4;

/// What `work` makes of each table and its place, in the order of the tables.
pub fn over<T: Send>(tables: &[Table], work: impl Fn(usize, &Table) -> T + Sync) -> Vec<T> {
    let threads = if tables.len() < WORTH {
        1
    } else {
        thread::available_parallelism().map_or(1, |processors| processors.get().min(MOST))
    };
    let share = tables.len().div_ceil(threads).max(1);
    let one = |(chunk, tables): (usize, &[Table])| -> Vec<T> {
        let numbered = (chunk * share..).zip(tables);
        numbered.map(|(at, table)| work(at, table)).collect()
    };
    let mut chunks = tables.chunks(share).enumerate();
    let Some(own) = chunks.next() else {
        return Vec::new();
    };
    let one = &one;
    thread::scope(|scope| {
        let others: Vec<_> = chunks
            .map(|chunk| scope.spawn(move || one(chunk)))
            .collect();
        let mut all = one(own);
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_tables_are_worked_on_in_their_order_however_many_there_are() {
        for count in [0, 1, WORTH - 1, WORTH, WORTH + 1, 2 * WORTH + 3] {
            let name = |at: usize| Table {
                name: at.to_string(),
                ..Table::default()
            };
            let tables: Vec<_> = (0..count).map(name).collect();
            let done = over(&tables, |at, table| format!("{at}{}", table.name));
            let expected: Vec<_> = (0..count).map(|at| format!("{at}{at}")).collect();
            assert_eq!(done, expected);
        }
    }
}
