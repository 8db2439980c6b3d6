import { type Command, Option } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** An option that may be given again and again. */
const collect = (text: string, before: string[] = []): string[] => [...before, text];

/** `koinon data …`: what a data owner does, and what everybody may know of a dataset. */
export function addData(program: Command, surroundings: Surroundings): void {
  const data = program
    .command('data')
    .description('publish datasets, look at them, and decide who may use them')
    .addHelpText('after', '\nExample:\n  koinon data publish cohort.csv --target outcome --price 0.1');

  data
    .command('publish <file.csv>')
    .description('take a table into custody and publish what may be known of it')
    .option('--target <column>', 'the column that models are meant to predict')
    .option('--no-target', 'the table has no such column')
    .option('--name <name>', 'its name on the network (default: the name of the file)')
    .option('--description <text>', 'what it is, for people')
    .option('--license <url>', 'terms of use')
    .option('--exclude <column>', 'a column to leave out; again for each', collect)
    .option(
      '--range <column=low:high>',
      'what a number column can hold; nothing is then computed from it',
      collect,
    )
    .option('--held-back <share>', 'share of the rows that no model is trained on, to test models on', '0.2')
    .option('--public-share <share>', 'share of the rows to make public, 0 to 0.9; you see them first', '0')
    .option('--yes-publish-rows <rows>', 'the number of rows that become public, where nobody can be asked')
    .option('--seed <digest>', 'part the rows as the preview did that names this seed')
    .option('--rows-file <file>', 'write all rows that would become public to a file, to look at them')
    .option('--preview', 'show what would be published, and publish nothing')
    .option('--min-group-rows <rows>', 'groups and categories smaller than this never leave', '10')
    .option('--groups <column>', 'a category by whose words models may be measured; again for each', collect)
    .option('--weight-bits <bits>', 'bits a weight of a model is rounded to, 4 to 24', '8')
    .option('--no-candidates', 'measure no models of others on the rows held back')
    .option('--bits-per-job <bits>', 'most that may leave in one job')
    .option('--bits-per-requester-year <bits>', 'most that may leave to one requester in a year')
    .option('--bits-per-year <bits>', 'most that may leave to all in a year')
    .option('--bits-total <bits>', 'most that may ever leave')
    .option('--max-uses <uses>', 'most uses that one grant may have')
    .option('--price <koin>', 'price of one use, in KOIN', '0')
    .option('--auditor <name|address>', 'node that may hold a copy to replay jobs (default: the owner’s own)')
    .option('--auto-approve', 'grant every request without asking a person; for demonstrations')
    .addHelpText(
      'after',
      '\nExamples:\n  koinon data publish cohort.csv --target outcome --exclude patient_id --price 0.1\n  koinon data publish cohort.csv --target outcome --range age=0:120 --groups sex --preview',
    )
    .action(async (file, options) =>
      (await import('../data/publish.ts')).publishData(surroundings, file, options),
    );

  data
    .command('ls')
    .description('list the datasets of the network')
    .addHelpText('after', '\nExample:\n  koinon data ls --json')
    .action(async () => (await import('../data/list.ts')).listData(surroundings));

  data
    .command('show <dataset>')
    .description('what may be known of a dataset: columns, policy, price (by id or name)')
    .addHelpText('after', '\nExample:\n  koinon data show heart-risk')
    .action(async dataset => (await import('../data/show.ts')).showData(surroundings, dataset));

  data
    .command('mock <dataset>')
    .description('invented rows in the shape of a dataset, to write programs against')
    .option('-o, --output <file>', 'write them to a file instead of standard output')
    .addHelpText('after', '\nExample:\n  koinon data mock heart-risk -o mock.csv')
    .action(async (dataset, options) =>
      (await import('../data/mock.ts')).mockData(surroundings, dataset, options),
    );

  data
    .command('requests')
    .description('list the requests for your data that wait')
    .option('--all', 'also those that are decided')
    .option('--before <number>', 'go on where the page before ended')
    .addHelpText('after', '\nExample:\n  koinon data requests')
    .action(async options => (await import('../data/requests.ts')).listRequests(surroundings, options));

  data
    .command('show-request <request>')
    .description('all of a request: who asks, what would run, and how much could leave')
    .addHelpText('after', '\nExample:\n  koinon data show-request 0x3f9c2a10')
    .action(async request => (await import('../data/showRequest.ts')).showRequest(surroundings, request));

  data
    .command('dry-run <request>')
    .description('run what is asked on your own rows, and see what would leave; nothing does')
    .option('-o, --out <folder>', 'write the files that would leave to a folder')
    .addHelpText('after', '\nExample:\n  koinon data dry-run 0x3f9c2a10 --out looked-at')
    .action(async (request, options) =>
      (await import('../data/dryRunRequest.ts')).dryRunRequest(surroundings, request, options),
    );

  data
    .command('approve <request>')
    .description('show a request, and grant just that once you say yes to its bits')
    .option('--bits <bits>', 'the bits of one use as you saw them, where nobody can be asked')
    .option(
      '--confirm-bits <bits>',
      'bits of files that leave as the program writes them, where there are any',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  koinon data approve 0x3f9c2a10\n  koinon data approve 0x3f9c2a10 --bits 230',
    )
    .action(async (request, options) =>
      (await import('../data/approve.ts')).approveRequest(surroundings, request, options),
    );

  data
    .command('deny [request...]')
    .description('refuse requests')
    .option('--from <requester>', 'refuse all that wait of one who asks: an address or a name')
    .option('--reason <sentence>', 'what the requester is told', '')
    .addHelpText(
      'after',
      '\nExamples:\n  koinon data deny 0x3f9c2a10 --reason "Not for insurance."\n  koinon data deny --from researcher',
    )
    .action(async (requests, options) =>
      (await import('../data/deny.ts')).denyRequests(surroundings, requests, options),
    );

  data
    .command('revoke <dataset>')
    .description('end one grant of a dataset, or all of them; what has run stays run')
    .addOption(
      new Option('--request <request>', 'end the grant that answered this request').conflicts([
        'grant',
        'all',
      ]),
    )
    .addOption(new Option('--grant <digest>', 'end the grant with this digest').conflicts(['request', 'all']))
    .addOption(new Option('--all', 'end every grant given so far').conflicts(['request', 'grant']))
    .addHelpText('after', '\nExample:\n  koinon data revoke heart-risk --request 0x3f9c2a10')
    .action(async (dataset, options) =>
      (await import('../data/revoke.ts')).revokeGrants(surroundings, dataset, options),
    );
}
