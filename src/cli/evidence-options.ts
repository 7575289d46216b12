import { type Command, Option, type OptionValues } from '@commander-js/extra-typings'
import { collect, positiveNumber } from './arguments.ts'

/** What `--evidence` and its options say; `evidenceSources` reads it. */
export interface EvidenceOptions {
  readonly evidence?: readonly string[] | undefined
  readonly evidenceHeaderFile?: string | undefined
  /** Seconds. */
  readonly evidenceWait?: number | undefined
}

/** Declares `--evidence` and its options. */
export const addEvidenceOptions = <Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) =>
  command
    .option('--evidence <source>', 'Show the answers: see kc-logout help evidence', collect)
    .addOption(
      new Option('--evidence-header-file <file>', 'Headers for the trace store, one per line').hideHelp(),
    )
    .addOption(
      new Option('--evidence-wait <seconds>', 'Seconds to wait for evidence afterwards (20)')
        .argParser(positiveNumber)
        .hideHelp(),
    )

/** These options of a command line that has more. */
export const evidenceOptions = ({
  evidence,
  evidenceHeaderFile,
  evidenceWait,
}: EvidenceOptions): EvidenceOptions => ({ evidence, evidenceHeaderFile, evidenceWait })
