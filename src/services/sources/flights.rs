//! One reading of a source at a time: callers who come while one runs wait for it, and see how far
//! it is.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde::Serialize;

use crate::connectors::Parts;
use crate::connectors::parts::{Figures, Unit};
use crate::model::SourceId;

/// The readings that run now.
#[derive(Debug, Default)]
pub struct Flights(Mutex<HashMap<SourceId, Weak<Flight>>>);

/// The reading of one source.
#[derive(Debug, Default)]
pub struct Flight {
    /// Whoever reads holds this.
    pub turn: tokio::sync::Mutex<()>,
    /// How far whoever reads is.
    pub progress: Progress,
}

impl Flights {
    /// That of this source, whether it has begun or not. It is there as long as somebody has it.
    pub fn of(&self, id: &SourceId) -> Arc<Flight> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        flights.retain(|_, flight| flight.strong_count() > 0);
        let running = flights.get(id).and_then(Weak::upgrade);
        let flight = running.unwrap_or_default();
        flights.insert(id.clone(), Arc::downgrade(&flight));
        flight
    }
}

/// How far a reading is.
#[derive(Debug, Default)]
pub struct Progress {
    phase: AtomicU8,
    /// The parts that the source is read in.
    pub parts: Parts,
}

/// What a reading is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Phase {
    /// The source is connected to.
    Connect,
    /// Its parts are read.
    ReadCatalog,
    /// What was read is compared with what was kept, and kept.
    Keep,
}

const PHASES: [Phase; 3] = [Phase::Connect, Phase::ReadCatalog, Phase::Keep];

/// How far a reading is, as it is answered.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// What it is at.
    pub phase: Phase,
    /// How many parts were read.
    pub done: usize,
    /// How many there are, once that is known.
    pub total: Option<usize>,
    /// What the parts are.
    pub unit: Option<Unit>,
}

impl Progress {
    /// It has come so far. One that begins anew stays where it was.
    pub fn reached(&self, phase: Phase) {
        self.phase.fetch_max(phase as u8, Relaxed);
    }

    /// How far it is now.
    pub fn shown(&self) -> Shown {
        let phase = PHASES[usize::from(self.phase.load(Relaxed))];
        let figures = self.parts.figures();
        let of = |Figures { total, unit, .. }| (total, unit);
        let (total, unit) = figures.map(of).unzip();
        Shown {
            phase,
            done: figures.map_or(0, |figures| figures.done),
            total,
            unit,
        }
    }
}
