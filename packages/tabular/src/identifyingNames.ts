/** What a column may hold that names a person or leads to one, as it is said in a warning. */
export type IdentifyingKind =
  | 'names of people'
  | 'addresses or places'
  | 'postcodes'
  | 'telephone numbers'
  | 'e-mail addresses'
  | 'numbers that stand for one person'
  | 'bank accounts or cards'
  | 'dates of birth'
  | 'dates'
  | 'network addresses'
  | 'licence plates'
  | 'physicians or other staff';

/**
 * Words of column names by what they hold, English, German, French, Spanish and Italian, without accents. A word must be a
 * whole part of the name (`home_phone`, `homePhone`).
 */
const WORDS: readonly (readonly [IdentifyingKind, string])[] = [
  [
    'names of people',
    'name names forename surname initials nickname username login nachname familienname nom prenom patronyme nombre nombres apellido apellidos nome cognome',
  ],
  ['dates of birth', 'dob birth birthday born yob nacimiento nascita'],
  ['dates', 'date datum fecha timestamp dod'],
  [
    'addresses or places',
    'addr direccion indirizzo street rue calle city town village municipality parish stadt ort gemeinde ville commune ciudad municipio comune citta lat latitude lon lng longitude gps coordinates koordinaten',
  ],
  ['postcodes', 'zip plz postal'],
  ['telephone numbers', 'phone tel cellphone fax telefono cellulare'],
  ['e-mail addresses', 'mail emails courriel'],
  [
    'numbers that stand for one person',
    'ssn nino nhs mrn nhi npi passport passeport pasaporte passaporto reisepass ausweis svnr ahv steuerid nss dni nif cpf pid uuid guid imei',
  ],
  ['bank accounts or cards', 'iban bic account konto compte cuenta'],
  ['network addresses', 'ip ipv4 ipv6 hostname'],
  ['licence plates', 'immatriculation matricula targa'],
  [
    'physicians or other staff',
    'doctor doctors gp surgeon nurse provider clinician therapist consultant aerztin docteur medico dottore dottoressa',
  ],
];

/** Words that say so only as a whole name: `cap_shape`, `cell_size` and `insurance_type` name nobody. */
const WHOLE_NAMES: readonly (readonly [IdentifyingKind, string])[] = [
  ['names of people', 'contact kontakt patient'],
  ['dates', 'data admission discharge death'],
  ['addresses or places', 'via'],
  ['postcodes', 'cap'],
  ['telephone numbers', 'cell mobile mobil movil portable handy telephone'],
  ['numbers that stand for one person', 'insurance device serial sin nir nie'],
  ['licence plates', 'plate registration'],
];

/** Parts of names that are unmistakable wherever they stand: German writes words together, others drop the underscore. */
const STEMS: readonly (readonly [IdentifyingKind, RegExp])[] = [
  ['dates of birth', /geburt|birthda|(date|year)ofbirth|naissance/],
  ['e-mail addresses', /email/],
  ['network addresses', /(ip|mac)addr/],
  ['names of people', /(first|last|family|given|full|middle|maiden|sur|vor|familien|patient|patienten)name/],
  ['addresses or places', /address|adress|strasse|housen|hausn(umme)?r|wohnort/],
  ['postcodes', /postcode|postalcode|postleit|zipcode|codepostal|codigopostal/],
  ['telephone numbers', /telefon|phonen|mobilen/],
  [
    'numbers that stand for one person',
    /versichert|versicherungsn|insurance(id|n|policy)|sozialvers|socialsec|securitesoc|seguridadsoc|codicefisc|nationalid|medicalrec|patient(en)?(id|n(o|r|um))|passportn|(employee|person|personal)(id|n(o|r|um))/,
  ],
  ['bank accounts or cards', /creditcard|cardn(o|um)|kontonummer/],
  ['licence plates', /licen[cs]eplate|numberplate|kennzeichen/],
  ['physicians or other staff', /arzt$|physician|medecin/],
];

/** What the name of a column says it holds, where that may lead to a person. */
export function kindOfName(name: string): IdentifyingKind | undefined {
  const parts = partsOf(name);
  const joined = parts.join('');
  // The one measure with such a name that is common.
  if (/birthweight|geburtsgewicht/.test(joined)) return undefined;
  for (const [kind, stem] of STEMS) if (stem.test(joined)) return kind;
  for (const [kind, words] of WORDS) if (words.split(' ').some(word => parts.includes(word))) return kind;
  return WHOLE_NAMES.find(([, words]) => words.split(' ').includes(joined))?.[0];
}

const PLACES = /^(code|area|region|location|place|district|home|sector|zone|standort|gebiet|lieu|zona)$/;

/** True for names under which postcodes also stand, so that cells of their form are taken for some. */
export function mayNamePlaces(name: string): boolean {
  return partsOf(name).some(part => PLACES.test(part));
}

/** The words of a name, in lower case and without accents: `GeburtsDatum_2` is geburts, datum, 2. */
function partsOf(name: string): string[] {
  return name
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(part => part !== '');
}
