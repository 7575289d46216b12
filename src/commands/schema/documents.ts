import type { Schema } from './build.ts'
import { login, profileList, profileRemove, profileShow, profileUse, whoami } from './documents/account.ts'
import { all } from './documents/all.ts'
import {
  audit,
  completion,
  doctor,
  error,
  explain,
  explainFollow,
  logoutUrl,
  schemaNames,
} from './documents/checks.ts'
import { configure, configureExport } from './documents/configure.ts'
import { drill } from './documents/drill.ts'
import { events, eventsEnable, eventsFollow } from './documents/events.ts'
import { listenRestore } from './documents/listen-restore.ts'
import { notBefore } from './documents/not-before.ts'
import { drillReport, report, reportRealms, userReport, userReportRealms } from './documents/report.ts'
import { sessions, sessionsList } from './documents/sessions.ts'
import { inspectToken, listen } from './documents/token.ts'
import { user } from './documents/user.ts'
import { severalRealms } from './several-realms.ts'

/** The schema of every JSON document, by the name that `kc-logout schema` knows it by. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  user,
  all,
  report,
  'user-report': userReport,
  sessions,
  'sessions-list': sessionsList,
  configure,
  'configure-export': configureExport,
  'not-before': notBefore,
  'inspect-token': inspectToken,
  listen,
  'listen-restore': listenRestore,
  doctor,
  drill,
  'drill-report': drillReport,
  explain,
  'explain-follow': explainFollow,
  events,
  'events-follow': eventsFollow,
  'events-enable': eventsEnable,
  'logout-url': logoutUrl,
  audit,
  login,
  whoami,
  'profile-list': profileList,
  'profile-show': profileShow,
  'profile-use': profileUse,
  'profile-remove': profileRemove,
  completion,
  schema: schemaNames,
  error,
  'user-realms': severalRealms('kc-logout user --realms PATTERN --json', user),
  'all-realms': severalRealms('kc-logout all --realms PATTERN --json', all),
  'report-realms': reportRealms,
  'user-report-realms': userReportRealms,
  'sessions-realms': severalRealms('kc-logout sessions --realms PATTERN --json', sessions),
  'doctor-realms': severalRealms('kc-logout doctor --realms PATTERN --json', doctor),
  'configure-realms': severalRealms('kc-logout configure --check --realms PATTERN --json', configure),
}
