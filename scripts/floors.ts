// Fails when something is imported that its place in the house does not allow: a package that is not on a lower floor
// (docs/architecture.md), another service's inside, a file that is no package's face.
import { findFaults } from './house/findFaults.ts';
import { readHouse } from './house/readHouse.ts';

const house = readHouse();
const faults = findFaults(house);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`Floors: ${house.imports.size} files import only what their place allows.`);
