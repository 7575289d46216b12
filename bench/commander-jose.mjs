// commander-jose.mjs JWKS-FILE TOKEN-FILE: one token verified by jose, with a command line read by commander, and nothing
// else. What a program made of these two cannot be cheaper than.
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { compactVerify, importJWK } from 'jose'

new Command()
  .argument('<token>')
  .requiredOption('--jwks <file>')
  .action(async (file, { jwks }) => {
    const [jwk] = JSON.parse(readFileSync(jwks, 'utf8')).keys
    await compactVerify(readFileSync(file, 'utf8').trim(), await importJWK(jwk))
  })
  .parseAsync()
