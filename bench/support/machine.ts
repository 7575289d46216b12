import { cpus, loadavg, totalmem } from 'node:os'
import { count } from './figures.ts'

/** The machine, as far as it explains the figures. */
export function machine(): string[] {
  const [first] = cpus()
  return [
    `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux`,
    `Node ${process.versions.node}`,
    `load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')} at the start (1, 5, 15 minutes); ${count(cpus().length)} is all of it`,
  ]
}
