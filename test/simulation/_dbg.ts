import { seededRandom } from '../support/scheduler.ts';
import { drawWorld } from '../support/identity-world.ts';
const w=drawWorld(+process.argv[3]!, seededRandom(+process.argv[3]!),+process.argv[4]!,60);
for(const c of w.changes) if(c.rowKey===process.argv[2]) console.log(c.version.slice(44), c.kind, JSON.stringify((c as any).after?.unit?.key), JSON.stringify((c as any).after?.contribution));
