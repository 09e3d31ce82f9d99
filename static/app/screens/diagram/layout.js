// Where tables stand. Few that belong together are laid out by dagre as a whole; many are parted into groups
// of neighbours first, laid out one by one with a break after each, so that the page goes on; the groups are
// then set side by side. A worker would do as well, but one may not be started under `trusted-types 'none'`,
// and a single layout of hundreds is seconds of work for a strip that nobody can read.

/** Up to so many tables that refer to each other are one group. */
const WHOLE = 36;
const GROUP = 20;
const GAP = 64;
const BREAK_MS = 12;

/**
 * @param {{id: string, width: number, height: number}[]} boxes
 * @param {[string, string][]} links
 * @param {{signal?: AbortSignal, onProgress?: (done: number) => void}} [options]
 * @returns {Promise<Map<string, {x: number, y: number}>>}
 */
export async function arrange(boxes, links, { signal, onProgress } = {}) {
  const dagre = await import("../../../vendor/dagre.js");
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const near = nearness(byId, links);
  const blocks = [];
  const alone = [];
  const groups = components([...byId.keys()], near).flatMap((ids) => (ids.length > WHOLE ? split(ids, near) : [ids]));
  let since = performance.now();
  let done = 0;
  for (const ids of groups) {
    done += ids.length;
    if (ids.length === 1) alone.push(byId.get(ids[0]));
    else blocks.push(drawn(dagre, ids.map((id) => byId.get(id)), links));
    if (performance.now() - since < BREAK_MS) continue;
    onProgress?.(done / byId.size);
    await new Promise((resolve) => { setTimeout(resolve); });
    if (signal?.aborted) throw new DOMException("Aborted", "AbortError");
    since = performance.now();
  }
  blocks.sort((one, other) => other.height - one.height);
  if (alone.length) blocks.push(shelves(alone.map((box) => ({ width: box.width, height: box.height, places: new Map([[box.id, { x: 0, y: 0 }]]) })), GAP / 3));
  return shelves(blocks, GAP).places;
}

function nearness(byId, links) {
  const near = new Map([...byId.keys()].map((id) => [id, new Set()]));
  for (const [from, to] of links) {
    if (from === to || !byId.has(from) || !byId.has(to)) continue;
    near.get(from).add(to);
    near.get(to).add(from);
  }
  return near;
}

function components(ids, near) {
  const seen = new Set();
  const found = [];
  for (const id of ids) {
    if (seen.has(id)) continue;
    const group = [id];
    seen.add(id);
    for (const at of group) {
      for (const other of near.get(at)) {
        if (seen.has(other)) continue;
        seen.add(other);
        group.push(other);
      }
    }
    found.push(group);
  }
  return found;
}

// From the most connected table on, each group takes the one that has most to do with it, until it is full.
function split(ids, near) {
  const left = new Set([...ids].sort((one, other) => near.get(other).size - near.get(one).size));
  const groups = [];
  while (left.size) {
    const [first] = left;
    left.delete(first);
    const group = [first];
    const pull = new Map();
    const attract = (id) => near.get(id).forEach((other) => left.has(other) && pull.set(other, (pull.get(other) ?? 0) + 1));
    attract(first);
    while (group.length < GROUP && pull.size) {
      const [best] = [...pull].reduce((most, one) => (one[1] / near.get(one[0]).size > most[1] / near.get(most[0]).size ? one : most));
      pull.delete(best);
      left.delete(best);
      group.push(best);
      attract(best);
    }
    groups.push(group);
  }
  return join(groups, near);
}

// What is left over goes to the smallest group that it has to do with.
function join(groups, near) {
  const home = new Map();
  const kept = groups.filter((group) => group.length > 2);
  kept.forEach((group) => group.forEach((id) => home.set(id, group)));
  const rest = [];
  for (const group of groups.filter((one) => one.length <= 2)) {
    const choices = group.flatMap((id) => [...near.get(id)]).map((id) => home.get(id)).filter((one) => one && one.length < WHOLE);
    const target = choices.sort((one, other) => one.length - other.length)[0];
    if (target) target.push(...group);
    else rest.push(group);
  }
  return [...kept, ...rest];
}

function drawn(dagre, boxes, links) {
  const graph = new dagre.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 28, ranksep: 90 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  const inside = new Set(boxes.map((box) => box.id));
  for (const [from, to] of links) if (from !== to && inside.has(from) && inside.has(to)) graph.setEdge(from, to);
  dagre.layout(graph);
  const places = new Map(boxes.map(({ id, width, height }) => {
    const node = graph.node(id);
    return [id, { x: Math.round(node.x - width / 2), y: Math.round(node.y - height / 2) }];
  }));
  return { width: graph.graph().width, height: graph.graph().height, places };
}

/** Blocks in rows, so that all of them are about as wide as a window is. */
function shelves(blocks, gap) {
  const area = blocks.reduce((sum, { width, height }) => sum + (width + gap) * (height + gap), 0);
  const most = Math.max(Math.sqrt(area * 2.4), ...blocks.map((block) => block.width));
  const places = new Map();
  let [x, y, height, width] = [0, 0, 0, 0];
  for (const block of blocks) {
    if (x > 0 && x + block.width > most) [x, y, height] = [0, y + height + gap, 0];
    for (const [id, place] of block.places) places.set(id, { x: Math.round(x + place.x), y: Math.round(y + place.y) });
    height = Math.max(height, block.height);
    width = Math.max(width, x + block.width);
    x += block.width + gap;
  }
  return { width, height: y + height, places };
}

/**
 * Places for boxes that come to a table: on its left those that refer to it, on its right those that it
 * refers to, where nothing else stands.
 * @param {Map<string, {place: {x: number, y: number}, box: {width: number, height: number}}>} nodes
 * @param {string} id of the table
 * @param {{id: string, left: boolean, box: {width: number, height: number}}[]} added
 */
export function beside(nodes, id, added) {
  const { place, box } = nodes.get(id);
  const taken = [...nodes.values()].map((node) => ({ ...node.place, width: node.box.width, height: node.box.height }));
  const found = new Map();
  for (const left of [true, false]) {
    const side = added.filter((one) => one.left === left);
    let y = place.y + box.height / 2 - side.reduce((sum, one) => sum + one.box.height + 28, -28) / 2;
    for (const one of side) {
      const x = left ? place.x - one.box.width - 90 : place.x + box.width + 90;
      const hit = () => taken.find((other) => x < other.x + other.width + 20 && other.x < x + one.box.width + 20 && y < other.y + other.height + 20 && other.y < y + one.box.height + 20);
      for (let other = hit(); other; other = hit()) y = other.y + other.height + 28;
      taken.push({ x, y, width: one.box.width, height: one.box.height });
      found.set(one.id, { x: Math.round(x), y: Math.round(y) });
      y += one.box.height + 28;
    }
  }
  return found;
}
