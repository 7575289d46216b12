import { userInfo } from 'node:os'
import type * as Playwright from 'playwright-core'
import { EXIT, UserError, usageError } from '../../../errors.ts'
import { errnoCode } from '../../../util/errno.ts'
import type { Browsers } from '../browser.ts'
import { browserEnded } from './browser-ended.ts'
import { ChromiumBrowser } from './chromium-browser.ts'
import { findChromium } from './find-chromium.ts'
import { chromiumProxy } from './proxy.ts'
import { authoritiesForChromium } from './trust.ts'

export interface ChromiumOptions {
  /** `--browser-path` */
  readonly path: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly insecure: boolean
  /** Certificate authorities to trust, in PEM. */
  readonly ca: readonly string[] | undefined
  readonly proxyFor: (url: URL) => URL | undefined
  /** Milliseconds. */
  readonly timeout: number
  readonly signal: AbortSignal
}

/**
 * Finds a Chromium of this machine and loads playwright-core. Starts nothing, sends nothing.
 * @returns starts it, headless; its tabs have cookies of their own. Throws `browser-failed` (6)
 * @throws {UserError} `browser-missing`, `browser-ca`, `browser-debug`, `two-proxies`, `bad-proxy` (2)
 */
export async function prepareChromium(options: ChromiumOptions): Promise<() => Promise<Browsers>> {
  refuseDebugOutput(options.env)
  const executablePath = await findChromium(options.path, options.env)
  const { chromium } = await loadPlaywright()
  const { proxyFor, insecure } = options
  chromiumProxy([], proxyFor)
  const createHome = insecure ? undefined : await authoritiesForChromium(options.ca, options.env)
  return async () => {
    const home = await createHome?.()
    const program = await launch(chromium, executablePath, {
      ...options.env,
      HOME: home?.path ?? options.env.HOME,
    }).catch(async (error: unknown) => {
      await home?.remove()
      throw error
    })
    return {
      async open(hosts) {
        const proxy = chromiumProxy(hosts.origins, proxyFor)
        try {
          const context = await program.newContext({
            ignoreHTTPSErrors: insecure,
            ...(proxy ? { proxy } : {}),
            locale: 'en',
            acceptDownloads: false,
            serviceWorkers: 'block',
          })
          context.setDefaultTimeout(options.timeout)
          return await ChromiumBrowser.open(context, hosts, options.signal)
        } catch (error) {
          throw program.isConnected() ? error : browserEnded()
        }
      },
      async close() {
        await program.close()
        await home?.remove()
      },
    }
  }
}

/** Chromium would send a summary of each form to Google. The others are what playwright-core disables: one list counts. */
const DISABLED = [
  'AutofillServerCommunication',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'ThirdPartyStoragePartitioning',
  'MediaRouter',
  'PaintHolding',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'TcpPortRandomizationWin',
  'msForceBrowserSignIn',
].join(',')

async function launch(
  chromium: Playwright.BrowserType,
  executablePath: string,
  env: ChromiumOptions['env'],
): Promise<Playwright.Browser> {
  try {
    return await chromium.launch({
      executablePath,
      env: { ...env },
      // Chromium refuses its sandbox to root.
      chromiumSandbox: userInfo().uid !== 0,
      // The drill ends its sessions first.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      // Not the proxies that Chromium would find itself: it reads NO_PROXY in another way.
      args: ['--disable-dev-shm-usage', '--no-proxy-server', `--disable-features=${DISABLED}`],
    })
  } catch (error) {
    const [first = ''] = String(error instanceof Error ? error.message : error).split('\n')
    throw new UserError('browser-failed', `${executablePath} did not start: ${first}`, {
      exitCode: EXIT.unreachable,
      hint: 'Start it by hand with --headless to see why, or name another one with --browser-path FILE.',
      cause: error,
    })
  }
}

/**
 * With `DEBUG=pw:…` playwright-core prints what it types, the password included.
 * @throws {UserError} `browser-debug` (2)
 */
function refuseDebugOutput({ DEBUG = '' }: ChromiumOptions['env']): void {
  const shows = DEBUG.split(/[\s,]+/).find((name) => {
    const [before = '', ...more] = name.split('*')
    return before.startsWith('pw:') || (more.length > 0 && 'pw:'.startsWith(before))
  })
  if (shows === undefined) return
  throw usageError(
    'browser-debug',
    `DEBUG=${DEBUG} makes playwright-core print the password.`,
    'Unset DEBUG for this command.',
  )
}

/** An optional peer dependency: most users need no browser. */
async function loadPlaywright(): Promise<typeof Playwright> {
  try {
    return await import('playwright-core')
  } catch (error) {
    const code = errnoCode(error)
    // The last one: a single executable, which loads no packages.
    const isExecutable = code === 'ERR_UNKNOWN_BUILTIN_MODULE'
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND' && !isExecutable) throw error
    throw usageError(
      'browser-missing',
      'The package playwright-core, which --browser needs, is not installed.',
      isExecutable
        ? 'This executable cannot load it: npm install --global kc-logout playwright-core'
        : 'npm install --global playwright-core',
    )
  }
}
