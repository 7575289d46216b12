import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,docs}/**/*.test.ts', 'test/{contract,support}/**/*.test.ts'],
          // Vitest leaves one core free: of two, half of the machine.
          maxWorkers: Math.max(2, availableParallelism()),
          // Tests that try hundreds of cases take 2 s alone, and 7 s on a machine that others use too.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'live',
          include: ['test/live/**/*.test.ts'],
          // One Keycloak for the whole run; its realms are the tests' own, so that files can run side by side. More
          // than two only wait for the server.
          globalSetup: ['test/support/global-keycloak.ts'],
          maxWorkers: Number(process.env.KC_LOGOUT_TEST_WORKERS ?? 2),
          // After the unit tests, whose number of workers is another one.
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        // Applications that others wrote, which this project's package.json does not bring: pip, Maven, Debian.
        test: {
          name: 'applications',
          include: ['test/applications/**/*.test.ts'],
          globalSetup: ['test/support/global-keycloak.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 600_000,
        },
      },
      {
        // The packed program, installed; it takes other Nodes from npm.
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: ['test/support/global-keycloak.ts'],
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
        },
      },
      {
        // What each version of Keycloak proves of its calls; starts its own servers.
        test: {
          name: 'evidence',
          include: ['test/evidence/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'trust',
          include: ['test/trust/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
