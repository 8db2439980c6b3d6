import { executionCommitment, fileListDigest, ZERO_32 } from '@koinon/protocol';
import { type Check, failed, ok, skipped } from '../check.ts';
import { count, list, short, size } from '../words.ts';
import { type JobContext, NO_MANIFEST } from './context.ts';

/** What the execution came to, and that it is what the receipt signs for. */
export async function* checkExecution(context: JobContext): AsyncGenerator<Check> {
  const { evidence, check, manifest } = context;
  const { opening, outputs } = evidence;
  const { message: receipt } = evidence.receipt;

  yield await check(
    'execution.opening',
    'Exit, fuel, raw output and trace are the ones the receipt signs for.',
    () => {
      if (!manifest) return skipped(NO_MANIFEST);
      if (!opening) {
        return manifest.private
          ? skipped(
              'The rows are private, so these stay sealed with a secret salt: exact fuel and traces would tell about single rows. The auditor whom the data owner named has them.',
            )
          : failed('They were left out.', 'A public job must be open to everybody.');
      }
      if (!manifest.private && opening.salt !== ZERO_32) {
        return failed(
          'They are salted, and the job is public.',
          'Somebody could show different numbers to different people.',
        );
      }
      if (executionCommitment(opening) !== receipt.execution) {
        return failed(
          `They do not come to ${short(receipt.execution)}, which the receipt signs.`,
          'At least one of them was altered, or the provider signed for something else.',
        );
      }
      return ok(
        `Exit code ${opening.exitCode}, ${opening.fuel} fuel, raw output ${short(opening.rawOutput)}, trace ${short(opening.trace)}.`,
      );
    },
  );
  if (opening && manifest) {
    yield await check('execution.limits', 'The program stayed within the fuel it was allowed.', () =>
      opening.fuel <= BigInt(manifest.limits.fuel)
        ? ok(`${opening.fuel} of ${manifest.limits.fuel}.`)
        : failed(
            `${opening.fuel} fuel was used and ${manifest.limits.fuel} allowed.`,
            'The run did not follow its description.',
          ),
    );
    yield await check('execution.outputs', 'What left is what the program wrote.', () => {
      if (manifest.private) return skipped('What the program wrote went through the gate first.');
      if (opening.exitCode !== 0) {
        return outputs.length === 0
          ? ok(`The program ended with code ${opening.exitCode}, so nothing left.`)
          : failed(
              `The program ended with code ${opening.exitCode}, and yet ${count(outputs.length, 'file')} left.`,
              'The files did not come from a good run.',
            );
      }
      return fileListDigest(outputs) === opening.rawOutput
        ? ok('Every file it wrote, byte for byte.')
        : skipped('The program wrote more, or other, files than left; only a replay shows which.');
    });
  }
  yield await check('outputs.list', 'The files shown are the ones the receipt signs for.', () =>
    fileListDigest(outputs) === receipt.output
      ? ok(`${list(outputs.map(file => `${file.name} (${size(file.size)})`)) || 'No file left'}.`)
      : failed(
          'Name, size or digest of a file is not what the provider signed.',
          'A file was added, taken away or exchanged.',
        ),
  );
}
