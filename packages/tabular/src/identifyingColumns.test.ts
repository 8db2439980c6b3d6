import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { identifyingColumns } from './identifyingColumns.ts';
import { parseTable } from './parseTable.ts';
import { type RawTable, tableOfRows } from './rawTable.ts';
import { singlingOut, tellSinglingOut } from './singlingOut.ts';
import { syntheticCohort } from './syntheticCohort.ts';

const column = (name: string, cells: readonly string[]): RawTable =>
  tableOfRows(
    [name],
    cells.map(cell => [cell]),
  );
const isWarned = (name: string, cells: readonly string[] = ['1', '2', '3', '']) =>
  identifyingColumns(column(name, cells)).length === 1;
const cohort = parseTable(new TextEncoder().encode(syntheticCohort({ rows: 4000, seed: 7 })));

describe('identifyingColumns', () => {
  it('warns of columns whose names say that they name or place somebody, in five languages', () => {
    const names =
      'name Surname first_name patientName address home_address street city postcode zip PLZ phone_number email ssn nhs_number MRN insurance_number iban date_of_birth dob birth_year admission_date ip_address licence_plate physician GP Vorname Nachname Straße Geburtsdatum geburtsjahr Telefonnummer Versichertennummer Hausarzt Kennzeichen nom prénom date_naissance code_postal médecin nombre apellidos dirección fecha_nacimiento cognome indirizzo data_di_nascita cap telefono codice_fiscale medico';
    for (const name of names.split(' ')) assert.ok(isWarned(name), name);
  });

  it('lets names of measures be', () => {
    const names =
      'age sex site bmi systolic_bp max_heart_rate family_history cell_size_uniformity cap_shape education_num native_country birth_weight admission_type dates_known_to_be updated patient_age telemetry importance skipped zipfian streetcar_rides phonetic capital_gain relationship';
    for (const name of names.split(' ')) assert.ok(!isWarned(name), name);
    assert.deepEqual(identifyingColumns(cohort), []);
  });

  it('warns of cells that have the form of something personal, whatever the column is called', () => {
    for (const cells of [
      ['x', 'y', 'jane.doe@example.org'],
      ['x', 'DE89 3704 0044 0532 0130 00', 'y'],
      ['x', '3f2504e0-4f89-41d3-9a0c-0305e82c3301'],
      ['4111111111111111', '5500 0000 0000 0004', ''],
      ['192.168.0.1', '10.0.0.255'],
      ['fe80:0:0:0:202:b3ff:fe1e:8329'],
      ['1987-04-23', '2001-12-01T10:00:00Z'],
      ['23.04.1987', '1.12.2001'],
      ['4/23/1987', '12/31/87'],
      ['+44 20 7946 0958', '(212) 555-0123', '030/1234567'],
      ['SW1A 1AA', 'M1 1AE', 'cr26xh'],
    ])
      assert.ok(isWarned('x', cells), cells.join());
  });

  it('lets cells be whose form is only nearly so', () => {
    for (const cells of [
      ['DE88370400440532013000', 'GB00AAAA11111111111111'],
      ['4111111111111112', '1234567890123456', '9999999999999999'],
      ['1.2.3', '300.1.1.1'],
      ['1987-14-23', '99.99.9999'],
      ['0.5551234', '5551234', '-12.5', '0.123456789'],
      ['a@b', '@', 'b12'],
      ['10115', '80331'],
    ])
      assert.ok(!isWarned('x', cells), cells.join());
  });

  it('takes five digits for a postcode only where the name speaks of places', () => {
    assert.ok(isWarned('home_region', ['10115', '80331', '']));
    assert.ok(!isWarned('home_region', ['1', '2']));
  });

  it('looks only at the columns that will be published, and names no cell', () => {
    const raw = tableOfRows(['email', 'age'], [['jane@example.org', '40']]);
    assert.deepEqual(identifyingColumns(raw, ['age']), []);
    assert.doesNotMatch(JSON.stringify(identifyingColumns(raw)), /jane/);
  });
});

describe('singlingOut', () => {
  it('finds the worst column, pair and triple', () => {
    const { rows, worst } = singlingOut(cohort);
    assert.equal(rows, 4000);
    assert.deepEqual(
      worst.map(({ columns, uniqueShare }) => [columns.join(), Math.round(1000 * uniqueShare)]),
      [
        ['bmi', 5],
        ['bmi,cholesterol', 794],
        ['bmi,cholesterol,max_heart_rate', 997],
      ],
    );
  });

  it('agrees with counting the rows one by one', () => {
    const raw = tableOfRows(
      ['a', 'b', 'c'],
      Array.from({ length: 60 }, (_, i) => [`${i % 7}`, `${(i * i) % 11}`, i % 13 === 0 ? '' : `${i % 3}`]),
    );
    const uniqueIn = (names: readonly string[]) => {
      const keys = Array.from({ length: 60 }, (_, row) =>
        names.map(name => raw.cell(row, raw.columns.indexOf(name))).join('|'),
      );
      return keys.filter(key => keys.filter(other => other === key).length === 1).length / 60;
    };
    const { worst } = singlingOut(raw);
    assert.equal(worst.length, 3);
    for (const { columns, uniqueShare } of worst) assert.equal(uniqueShare, uniqueIn(columns));
    for (const pair of [
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'c'],
    ])
      assert.ok(uniqueIn(pair) <= worst[1]!.uniqueShare);
  });

  it('looks at no more rows of a large table than it has time for', () => {
    const wide = column('x', Array<string>(50_000).fill('1'));
    assert.equal(singlingOut(wide).rows, 20_000);
    assert.deepEqual(singlingOut(wide).worst, [{ columns: ['x'], uniqueShare: 0 }]);
  });

  it('says nothing of columns that single out nobody', () => {
    assert.deepEqual(tellSinglingOut({ rows: 10, worst: [{ columns: ['x'], uniqueShare: 0 }] }), []);
    assert.match(
      tellSinglingOut({ rows: 10, worst: [{ columns: ['x', 'y'], uniqueShare: 0.5 }] })[0]!,
      /"x" and "y" together single out 50.0 % of 10 rows/,
    );
  });
});
