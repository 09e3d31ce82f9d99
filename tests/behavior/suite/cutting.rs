//! Wires that are cut, stalled or whose server hangs up, after any byte.

use std::pin::pin;

use futures_util::future::join_all;
use rand::Rng;
use serde_json::{Value, json};

use super::versions::{Versions, ended, runs};
use crate::behavior::engine::Engine;
use crate::support::cutter::Fault;

/// Databases that are cut at the same time: most of it is waiting for the next try.
const LANES: u64 = 3;

/// What happens to a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// The wire is cut once.
    Once(Fault),
    /// It is cut again and again.
    Again,
    /// It is cut, and stays so until the copy has ended.
    Down,
    /// It stalls, and the caller does not wait.
    Cancelled,
    /// It stalls, and meanwhile the server ends all connections.
    HungUp,
}

const TROUBLES: [Trouble; 7] = [
    Trouble::Once(Fault::Close),
    Trouble::Once(Fault::Close),
    Trouble::Once(Fault::Reset),
    Trouble::Again,
    Trouble::Down,
    Trouble::Cancelled,
    Trouble::HungUp,
];

pub async fn a_copy_whose_wire_is_cut_anywhere_is_the_old_one_or_the_new_one_whole(
    engine: &dyn Engine,
) {
    in_lanes(async |lane| {
        let mut versions = Versions::new(engine, lane).await;
        let full = json!({"mode": "full_refresh"});
        let all = bytes_of(&mut versions, &full).await;
        let (mut struck, count) = (0, runs(6));
        for v in 2..count + 2 {
            versions.renew(v.try_into().unwrap()).await;
            struck += usize::from(trouble(&mut versions, &full, all).await);
            versions.goes_through(&full).await;
        }
        assert!(struck > count / 2, "{struck} of {count} were cut");
    })
    .await;
}

pub async fn changes_whose_wire_is_cut_anywhere_are_all_there_in_the_end(engine: &dyn Engine) {
    in_lanes(async |lane| {
        let mut versions = Versions::new(engine, lane).await;
        let incremental = json!({"incremental": true});
        versions.change().await;
        let mut all = bytes_of(&mut versions, &incremental).await;
        let (mut struck, count) = (0, runs(9));
        for number in 0..count {
            versions.change().await;
            struck += usize::from(trouble(&mut versions, &incremental, all).await);
            if number % 3 == 2 {
                // How much is read again depends on what else runs at the server.
                all = bytes_of(&mut versions, &incremental).await;
            }
        }
        versions.goes_through(&incremental).await;
        assert!(struck > count / 4, "{struck} of {count} were cut");
    })
    .await;
}

pub async fn a_source_that_is_cut_off_while_it_is_opened_is_tried_again(engine: &dyn Engine) {
    let mut versions = Versions::new(engine, 0).await;
    let full = json!({"mode": "full_refresh"});
    for (v, bytes) in [(2, 600), (3, 1_200), (4, 2_400)] {
        versions.renew(v).await;
        versions.wire().arm(bytes, Fault::Reset);
        versions.goes_through(&full).await;
        assert!(versions.wire().heal(), "fewer than {bytes} bytes came");
    }
}

async fn in_lanes(work: impl AsyncFn(u64)) {
    join_all((0..LANES).map(|lane| work(lane))).await;
}

/// How many bytes the server sends in a copy.
async fn bytes_of(versions: &mut Versions<'_>, options: &Value) -> u64 {
    let before = versions.wire().passed();
    versions.goes_through(options).await;
    versions.wire().passed() - before
}

/// A copy that something happens to, and what must be true behind it. Answers whether it happened.
async fn trouble(versions: &mut Versions<'_>, options: &Value, all: u64) -> bool {
    let trouble = TROUBLES[versions.chance.rng.random_range(0..TROUBLES.len())];
    let bytes = versions.chance.bytes(all);
    let fault = match trouble {
        Trouble::Once(fault) => fault,
        Trouble::Again => Fault::Close,
        Trouble::Down => Fault::Down,
        Trouble::Cancelled | Trouble::HungUp => Fault::Stall,
    };
    versions.wire().arm(bytes, fault);
    let id = versions.start(options).await;
    let mut struck = false;
    let job = {
        let client = versions.stage.client.clone();
        let mut end = pin!(ended(&client, &id));
        let cancel = format!("/data/default/jobs/{id}/cancel");
        loop {
            tokio::select! {
                job = &mut end => break job,
                () = versions.wire().struck() => struck = true,
            }
            match trouble {
                Trouble::Once(_) | Trouble::Down => {}
                Trouble::Again => {
                    let bytes = versions.chance.bytes(all);
                    versions.wire().arm(bytes, fault);
                }
                Trouble::Cancelled => {
                    client.post(&cancel, json!({})).await.ok();
                }
                Trouble::HungUp if versions.engine.hang_up(&versions.stage.name).await => {
                    versions.wire().go_on();
                }
                Trouble::HungUp => {
                    versions.wire().heal();
                }
            }
        }
    };
    struck |= versions.wire().heal();
    assert!(
        job["state"] != "cancelled" || trouble == Trouble::Cancelled,
        "{trouble:?}: {job}"
    );
    versions.is_whole(&job).await;
    struck
}
