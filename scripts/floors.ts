// Fails when something is imported that its place in the house does not allow: a package that is not on a lower floor
// (docs/architecture.md), another service's inside, a file that is no package's face. And when something that ships asks the
// machine for time, chance or language instead of being handed them.
import { findFaults } from './house/findFaults.ts';
import { findMachineUse } from './house/findMachineUse.ts';
import { machineFaces } from './house/machineFaces.ts';
import { readHouse } from './house/readHouse.ts';

const house = readHouse();
const faults = [...findFaults(house), ...findMachineUse(house.uses, machineFaces)];
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`Floors: ${house.imports.size} files import only what their place allows.`);
console.log(`Machine: it is asked for time, chance and language in ${machineFaces.length} places only.`);
