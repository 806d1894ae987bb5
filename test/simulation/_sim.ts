import { runWorld } from '../support/run-world.ts';

const N = +(process.argv[2] ?? 50),
  start = +(process.argv[3] ?? 1);
let bad = 0;
const t = performance.now();
for (let s = start; s < start + N; s++) {
  const o = [
    { people: 6, events: 40, workers: 4, faults: { crash: 0.02, throttle: 0 } },
    { people: 4, events: 60, workers: 8, faults: { crash: 0, throttle: 0 } },
    { people: 12, events: 60, workers: 16, faults: { crash: 0.01, throttle: 0.02 } },
    { people: 5, events: 40, workers: 1, faults: { crash: 0, throttle: 0 } },
  ][s % 4]!;
  try {
    const d = await runWorld(s, o);
    if (d.length) {
      bad++;
      if (bad < 3) console.log('seed', s, o, d.join('\n'));
    }
  } catch (e) {
    bad++;
    if (bad < 3) console.log('seed', s, o, e);
  }
}
console.log('runs', N, 'bad', bad, ((performance.now() - t) / N).toFixed(1), 'ms each');
