import { version } from '../../../package.json'

/** The User-Agent header of every request. */
export const USER_AGENT = `kc-logout/${version}`
