// The shop: takes orders and payments, and writes nothing but its own database. It runs while no broker is there.
import { ShopStore } from './shop-store.ts';

const [, , path = 'shop', command, ...ids] = process.argv;
const store = new ShopStore(path);
const die = () => process.kill(process.pid, 'SIGKILL');

for (const id of ids) {
  if (command === 'die-in-the-middle') store.save({ id, state: 'placed', version: 1 }, die);
  store.save({ id, state: 'placed', version: 1 });
  store.save({ id, state: 'paid', version: 2 });
}
