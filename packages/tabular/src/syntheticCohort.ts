import { type SeededRandom, seedBytes, seededRandom } from './random.ts';

const COLUMNS = [
  'age',
  'sex',
  'site',
  'bmi',
  'systolic_bp',
  'cholesterol',
  'max_heart_rate',
  'smoker',
  'diabetes',
  'family_history',
  'chest_pain_type',
  'exercise_angina',
  'st_depression',
  'heart_disease',
] as const;
export const COHORT_TARGET = 'heart_disease';

/**
 * The CSV text of an invented hospital cohort: no person stands behind any row. Age, pressure, cholesterol, pain and
 * smoking carry the signal; disease shows itself less in women's pain, and one small site measures cholesterol with
 * an offset and leaves more cells empty, so that a model is visibly worse for some groups. Same seed, same text on
 * every machine (additions and multiplications only).
 */
export function syntheticCohort({ rows, seed }: { rows: number; seed: Uint8Array | number }): string {
  const random = seededRandom(seedBytes(seed));
  const lines: string[] = [COLUMNS.join(',')];
  for (let i = 0; i < rows; i++) lines.push(patient(random).join(','));
  return `${lines.join('\n')}\n`;
}

function patient(random: SeededRandom): string[] {
  const chance = (probability: number) => random.unit() < probability;
  const age = clamp(55 + 12 * random.bell(), 19, 92);
  const isFemale = chance(0.46);
  const site = pick(random, [
    ['north', 0.45],
    ['south', 0.33],
    ['harbour', 0.15],
    ['island', 0.07],
  ]);
  const isSmoker = chance(isFemale ? 0.2 : 0.29);
  const bmi = clamp(26.8 + 4.4 * random.bell(), 16, 52);
  const isDiabetic = chance(clamp(0.02 + 0.012 * (bmi - 22) + 0.002 * (age - 40), 0.01, 0.6));
  const pressure = clamp(112 + 0.35 * (age - 40) + 0.9 * (bmi - 26) + 14 * random.bell(), 84, 228);
  const trueCholesterol = clamp(192 + 0.5 * (age - 45) + 38 * random.bell(), 95, 480);
  const cholesterol = site === 'island' ? trueCholesterol * 0.86 : trueCholesterol;
  const hasFamilyHistory = chance(0.21);

  const risk =
    0.055 * (age - 56) +
    0.021 * (pressure - 126) +
    0.013 * (trueCholesterol - 200) +
    (isSmoker ? 0.95 : 0) +
    (isDiabetic ? 0.75 : 0) +
    (hasFamilyHistory ? 0.6 : 0) -
    (isFemale ? 0.75 : 0) -
    0.55;
  const isIll = risk + 1.15 * random.bell() > 0;

  // What the illness does to a body, and how plainly: women more often show other pain than the textbook's.
  const typicalShare = isIll ? (isFemale ? 0.3 : 0.58) : 0.08;
  const pain = pick(random, [
    ['typical', typicalShare],
    ['atypical', 0.17],
    ['non-anginal', isIll ? 0.12 : 0.33],
    ['none', 1],
  ]);
  const hasExerciseAngina = chance(isIll ? (isFemale ? 0.33 : 0.5) : 0.12);
  const heartRate = clamp(214 - 0.9 * age - (isIll ? 11 : 0) + 13 * random.bell(), 66, 212);
  const depression = clamp((isIll ? 1.15 : 0.35) + 0.75 * random.bell(), 0, 6.2);

  const gap = site === 'island' ? 0.12 : 0.025;
  const orMissing = (text: string, probability: number, as = '') => (chance(probability) ? as : text);
  return [
    age.toFixed(0),
    isFemale ? 'female' : 'male',
    site,
    orMissing(bmi.toFixed(1), gap),
    pressure.toFixed(0),
    orMissing(cholesterol.toFixed(0), 2 * gap),
    orMissing(heartRate.toFixed(0), gap),
    orMissing(isSmoker ? 'yes' : 'no', gap, '?'),
    isDiabetic ? 'yes' : 'no',
    orMissing(hasFamilyHistory ? 'yes' : 'no', 2 * gap, 'NA'),
    pain,
    hasExerciseAngina ? 'yes' : 'no',
    orMissing(depression.toFixed(1), gap),
    isIll ? 'yes' : 'no',
  ];
}

/** The first word whose probability, added up, passes a draw; the last takes what is left. */
function pick(random: SeededRandom, words: readonly (readonly [string, number])[]): string {
  let left = random.unit();
  for (const [word, probability] of words) {
    if (left < probability) return word;
    left -= probability;
  }
  return words.at(-1)![0];
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
