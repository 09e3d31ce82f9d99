// Which tables are drawn, where they stand, and what they show.

import { useEffect, useMemo, useRef, useState } from "../../html.js";
import { boxOf } from "./geometry.js";
import { arrange, beside } from "./layout.js";

/** A table has at most so many neighbours when it is opened, or grown at once. */
const NEIGHBOURS = 24;
/** Up to so many tables columns are shown at first. */
const DETAILED = 40;

/** @param {import("../source/model.js").Model} model @param {object} start @param {boolean} everything */
export function useDrawing(model, start, everything) {
  const [whole, setWhole] = useState(everything);
  const [detail, setDetailOf] = useState("all");
  const [nodes, setNodes] = useState(new Map());
  const [laidOut, setLaidOut] = useState(0);
  const [progress, setProgress] = useState(null);
  const working = useRef(null);
  const latest = useRef(nodes);
  latest.current = nodes;

  const layOut = async (tables, shown) => {
    working.current?.abort();
    const aborter = new AbortController();
    working.current = aborter;
    const boxes = new Map(tables.map((table) => [table.id, boxOf(model, table, shown)]));
    const links = relationsAmong(model, boxes).map((of) => [of.from.id, of.to.id]);
    try {
      const places = await arrange([...boxes].map(([id, { width, height }]) => ({ id, width, height })), links, { signal: aborter.signal, onProgress: setProgress });
      if (aborter.signal.aborted) return;
      setNodes(new Map(tables.map((table) => [table.id, { table, box: boxes.get(table.id), place: places.get(table.id) }])));
      setLaidOut((before) => before + 1);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    } finally {
      if (working.current === aborter) setProgress(null);
    }
  };
  const tables = () => [...latest.current.values()].map((node) => node.table);
  const show = (chosen, all) => {
    const shown = chosen.length > DETAILED ? "keys" : "all";
    setWhole(all);
    setDetailOf(shown);
    layOut(chosen, shown);
  };
  const showAround = (table) => show([table, ...model.neighbours(table).slice(0, NEIGHBOURS)], false);
  const showAll = () => show(model.tables.filter((table) => table.kind !== "partition"), true);
  useEffect(() => {
    if (everything) showAll();
    else showAround(start);
    return () => working.current?.abort();
  }, [model]);

  const which = [...nodes.keys()].join();
  const relations = useMemo(() => relationsAmong(model, nodes), [model, which]);
  const missing = useMemo(() => new Map([...nodes].map(([id, { table }]) => [id, model.neighbours(table).filter((other) => !nodes.has(other.id)).length])), [model, which]);
  return {
    nodes, relations, detail, progress, whole, laidOut, showAll, showAround,
    missing: (id) => missing.get(id) ?? 0,
    tidy: () => layOut(tables(), detail),
    setDetail: (next) => {
      setDetailOf(next);
      layOut(tables(), next);
    },
    move: (id, dx, dy) => setNodes((before) => {
      const node = before.get(id);
      if (!node) return before;
      const moved = { ...node, place: { x: node.place.x + dx, y: node.place.y + dy } };
      return new Map(before).set(id, moved);
    }),
    grow: (id) => setNodes((before) => {
      const table = model.byId.get(id);
      const added = model.neighbours(table).filter((other) => !before.has(other.id)).slice(0, NEIGHBOURS);
      const boxes = added.map((other) => ({ id: other.id, table: other, left: model.in(table).some((of) => of.from === other), box: boxOf(model, other, detail) }));
      const places = beside(before, id, boxes);
      const after = new Map(before);
      for (const one of boxes) after.set(one.id, { table: one.table, box: one.box, place: places.get(one.id) });
      return after;
    }),
  };
}

/** The references whose both ends are among the tables. */
function relationsAmong(model, shown) {
  const found = [];
  for (const id of shown.keys()) for (const of of model.out(model.byId.get(id))) if (of.to && shown.has(of.to.id)) found.push(of);
  return found;
}
