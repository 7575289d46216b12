/** One entry of a server log, before it has a format. */
interface Entry {
  readonly time: string
  readonly level: 'INFO' | 'WARN'
  readonly logger: string
  readonly thread: string
  readonly message: string
  /** With its stack trace; the first line stands behind the message in the text format. */
  readonly trace?: readonly string[]
}

const PKIX =
  'PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target'

/** A TLS failure at `shop`, `desk` not logged out, a refused redirect of `web`; all else is well. */
const ENTRIES: readonly Entry[] = [
  {
    time: '14:14:46,100',
    level: 'INFO',
    logger: 'io.quarkus',
    thread: 'main',
    message: 'Installed features: [keycloak]',
  },
  {
    time: '14:14:47,218',
    level: 'WARN',
    logger: 'org.keycloak.services',
    thread: 'executor-thread-19',
    message: "KC-SERVICES0057: Logout for client 'shop' failed",
    trace: [
      `javax.net.ssl.SSLHandshakeException: ${PKIX}`,
      '\tat java.base/sun.security.ssl.Alert.createSSLException(Alert.java:131)',
      '\tat org.keycloak.services.managers.ResourceAdminManager.sendBackChannelLogoutRequestToClientUri(ResourceAdminManager.java:400)',
      'Caused by: sun.security.validator.ValidatorException: PKIX path building failed',
      '\t... 42 more',
      '',
    ],
  },
  {
    time: '14:14:48,300',
    level: 'WARN',
    logger: 'org.keycloak.services.managers.AuthenticationManager',
    thread: 'executor-thread-19',
    message: 'Some clients have not been logged out for user ada in pc realm: desk',
  },
  {
    time: '14:14:49,400',
    level: 'WARN',
    logger: 'org.keycloak.events',
    thread: 'executor-thread-20',
    message:
      'type="LOGOUT_ERROR", realmId="92ea663d", realmName="pc", clientId="web", userId="null", ipAddress="10.0.0.7", error="invalid_redirect_uri", redirect_uri="http://evil.example/bye"',
  },
]

const DAY = '2026-11-28'
const iso = ({ time }: Entry) => `${DAY}T${time.replace(',', '.')}Z`
const AT = `${DAY}T14:14:50.000Z`

/** Lines of one entry, by its first line. */
const linesOf = (entry: Entry, head: string): string[] => {
  const [first, ...rest] = entry.trace ?? []
  return [first === undefined ? head : `${head}: ${first}`, ...rest]
}
const consoleLine = (entry: Entry): string =>
  `${DAY} ${entry.time} ${entry.level.padEnd(5)} [${entry.logger}] (${entry.thread}) ${entry.message}`
const text = (head: (entry: Entry) => string = consoleLine): string[] =>
  ENTRIES.flatMap((entry) => linesOf(entry, head(entry)))
/** An entry with its trace as one text. */
const texts = (): string[] => ENTRIES.map((entry) => linesOf(entry, consoleLine(entry)).join('\n'))
const file = (lines: readonly string[], end = '\n'): string => lines.map((line) => line + end).join('')
const json = (values: readonly unknown[]): string => file(values.map((value) => JSON.stringify(value)))
const abbreviated = (logger: string, length: number): string =>
  logger
    .split('.')
    .map((part, i, all) => (i === all.length - 1 ? part : part.slice(0, length)))
    .join('.')
const csv = (cells: readonly string[], separator = ','): string =>
  cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(separator)
const escaped = (line: string): string => line.replaceAll('\n', '\\n').replaceAll('\t', '\\t')

/** Keycloak's own JSON layout. */
const own = (entry: Entry): object => ({
  timestamp: iso(entry),
  sequence: 1,
  loggerClassName: 'org.jboss.logging.Logger',
  loggerName: entry.logger,
  level: entry.level,
  message: entry.message,
  threadName: entry.thread,
  threadId: 19,
  mdc: {},
  ndc: '',
  hostName: 'vm',
  processName: 'java',
  processId: 1,
  ...(entry.trace
    ? {
        exception: {
          refId: 1,
          exceptionType: 'javax.net.ssl.SSLHandshakeException',
          message: PKIX,
          frames: [{ class: 'sun.security.ssl.Alert', method: 'createSSLException', line: 131 }],
          causedBy: {
            exception: {
              refId: 2,
              exceptionType: 'sun.security.validator.ValidatorException',
              message: PKIX,
            },
          },
        },
      }
    : {}),
})
const nestedEcs = (entry: Entry): object => ({
  '@timestamp': iso(entry),
  log: { level: entry.level, logger: entry.logger },
  process: { thread: { name: entry.thread } },
  message: entry.message,
  ...(entry.trace
    ? { error: { type: 'javax.net.ssl.SSLHandshakeException', stack_trace: entry.trace.join('\n') } }
    : {}),
})
const logstash = (entry: Entry): object => ({
  '@timestamp': iso(entry),
  '@version': '1',
  message: entry.message,
  logger_name: entry.logger,
  thread_name: entry.thread,
  level: entry.level,
  ...(entry.trace ? { stack_trace: entry.trace.join('\n') } : {}),
})
const gelf = (entry: Entry): object => ({
  version: '1.1',
  host: 'idp01',
  short_message: entry.message,
  full_message: [
    `${entry.message}${entry.trace ? `: ${entry.trace[0]}` : ''}`,
    ...(entry.trace ?? []).slice(1),
  ].join('\n'),
  _LoggerName: entry.logger,
  _Thread: entry.thread,
  _Severity: entry.level,
  ...(entry.trace ? { _StackTrace: entry.trace.join('\n') } : {}),
})
const hit = (source: object): object => ({ _index: 'logs', _id: 'x', _source: source, sort: [1] })
const hits = (sources: readonly object[]): object => ({
  took: 3,
  _shards: { total: 1 },
  hits: { total: { value: sources.length }, hits: sources.map(hit) },
})

/** CRI lines of a container; long ones in parts. */
const cri = (lines: readonly string[], at: number): string[] =>
  lines.flatMap((line) =>
    line.length > at
      ? [`${AT} stdout P ${line.slice(0, at)}`, `${AT} stdout F ${line.slice(at)}`]
      : [`${AT} stdout F ${line}`],
  )
/**
 * The same log in the shapes in which people have theirs: right for each is a TLS failure at `shop` (`tls-untrusted`),
 * `desk` not logged out (`not-notified`), and a refused redirect of `web` (`event-redirect-not-allowed`).
 */
export const LOG_SHAPES: Readonly<Record<string, string>> = {
  'text format': file(text()),
  'text, Windows line ends': file(text(), '\r\n'),
  'text, no line break at the end': text().join('\n'),
  'text with colours': file(text((entry) => `\u001b[33m${consoleLine(entry)}\u001b[0m`)),
  'text with trace ids': file(
    text((entry) =>
      consoleLine(entry).replace(' WARN', ' traceId=b6, parentId=d5, spanId=d5, sampled=true WARN'),
    ),
  ),
  'console of WildFly, without date': file(text((entry) => consoleLine(entry).slice(11))),
  'date with T and zone': file(
    text((entry) => consoleLine(entry).replace(`${DAY} ${entry.time}`, iso(entry))),
  ),
  'no milliseconds': file(text((entry) => consoleLine(entry).replace(/,\d+/, ''))),
  'category as %c{3.}': file(
    text((entry) => consoleLine({ ...entry, logger: abbreviated(entry.logger, 3) })),
  ),
  'category as %c{1.}': file(
    text((entry) => consoleLine({ ...entry, logger: abbreviated(entry.logger, 1) })),
  ),
  'category as %c{1}, with thread': file(
    text((entry) => consoleLine({ ...entry, logger: entry.logger.split('.').at(-1) ?? '' })),
  ),
  'no thread': file(text((entry) => consoleLine(entry).replace(/ \([^)]*\)/, ''))),
  'kubectl logs --prefix': file(text().map((line) => `[pod/keycloak-0/keycloak] ${line}`)),
  'kubectl logs --timestamps': file(text().map((line) => `${AT} ${line}`)),
  'docker compose logs': file(text().map((line) => `keycloak-1  | ${line}`)),
  stern: file(text().map((line) => `keycloak-0 keycloak ${line}`)),
  syslog: file(text().map((line) => `Nov 28 14:14:50 idp01 kc.sh[812]: ${line}`)),
  'syslog, RFC 5424': file(text().map((line) => `<14>1 ${AT} idp01 keycloak 812 - - ${line}`)),
  'syslog with escaped line breaks': file(
    texts().map(
      (entry) =>
        `Nov 28 14:14:50 idp01 kc.sh[812]: ${entry.replaceAll('\n', '#012').replaceAll('\t', '#011')}`,
    ),
  ),
  'journald export': file(text().map((line) => `MESSAGE=${line}`)),
  CRI: file(cri(text(), 10_000)),
  'CRI with lines in parts': file(cri(text(), 90)),
  'CRI in parts, with a prefix': file(cri(text(), 90).map((line) => `[pod/keycloak-0/keycloak] ${line}`)),
  "Docker's json-file": json(text().map((line) => ({ log: `${line}\n`, stream: 'stdout', time: AT }))),
  'fluent-bit, lines in parts': json(
    text().flatMap((line) => [
      { log: line.slice(0, 60), stream: 'stdout', logtag: 'P' },
      { log: line.slice(60), stream: 'stdout', logtag: 'F' },
    ]),
  ),
  'fluentd, Docker driver, lines in parts': json(
    text().flatMap((line) => [
      { log: line.slice(0, 60), partial_message: 'true', partial_id: 'a', partial_last: 'false' },
      { log: line.slice(60), partial_message: 'true', partial_id: 'a', partial_last: 'true' },
    ]),
  ),
  fluentd: json(text().map((log) => ({ '@timestamp': AT, log, kubernetes: { pod_name: 'keycloak-0' } }))),
  vector: json(text().map((message) => ({ message, kubernetes: { pod_name: 'keycloak-0' }, timestamp: AT }))),
  'journald JSON': json(text().map((MESSAGE) => ({ _HOSTNAME: 'idp01', PRIORITY: '6', MESSAGE }))),
  'journald JSON, bytes': json(
    text().map((line) => ({ _HOSTNAME: 'idp01', MESSAGE: [...Buffer.from(`\u001b[0m${line}`)] })),
  ),
  'JSON by entry, deep in an object': json(
    texts().map((message) => ({ attributes: { a: 1 }, data: { event: { original: { body: message } } } })),
  ),
  Datadog: json(
    texts().map((message) => ({
      id: 'x',
      attributes: { service: 'keycloak', logger: { name: 'com.example.agent' }, message },
    })),
  ),
  "Keycloak's JSON": json(ENTRIES.map(own)),
  "Keycloak's JSON within Docker's": json(
    ENTRIES.map((entry) => ({ log: `${JSON.stringify(own(entry))}\n`, stream: 'stdout', time: AT })),
  ),
  "Keycloak's JSON, compose prefix": file(
    ENTRIES.map((entry) => `keycloak-1  | ${JSON.stringify(own(entry))}`),
  ),
  "Keycloak's JSON, indented": ENTRIES.map((entry) => JSON.stringify(own(entry), null, 2)).join('\n\n'),
  'JSON of jq -c --seq': file(ENTRIES.map((entry) => `\u001e${JSON.stringify(own(entry))}`)),
  'ECS, nested': json(ENTRIES.map(nestedEcs)),
  'Logstash encoder': json(ENTRIES.map(logstash)),
  GELF: json(ENTRIES.map(gelf)),
  'list of objects': JSON.stringify(text().map((line) => ({ line, fields: { app: 'keycloak' } }))),
  'list of objects, indented': JSON.stringify(
    text().map((line) => ({ line })),
    null,
    2,
  ),
  'list of objects, newest first': JSON.stringify(
    text()
      .toReversed()
      .map((line) => ({ line })),
  ),
  'list of texts': JSON.stringify(text()),
  'Loki, streams': JSON.stringify({
    status: 'success',
    data: {
      resultType: 'streams',
      result: [{ stream: { pod: 'keycloak-0' }, values: text().map((line, i) => [String(i), line]) }],
    },
  }),
  'CloudWatch events': JSON.stringify(
    { events: text().map((message) => ({ timestamp: 1, message })) },
    null,
    4,
  ),
  'CloudWatch Insights': JSON.stringify({
    results: text().map((value) => [
      { field: '@timestamp', value: '2026-11-28 14:14:50.000' },
      { field: '@message', value },
      { field: '@ptr', value: 'abc' },
    ]),
  }),
  'Elasticsearch hits': JSON.stringify(
    hits(text().map((message) => ({ message, kubernetes: { pod: { name: 'kc' } } }))),
  ),
  'Elasticsearch hits, indented, with highlights': JSON.stringify(
    {
      hits: { hits: texts().map((message) => ({ ...hit({ message }), highlight: { message: [message] } })) },
    },
    null,
    2,
  ),
  'Elasticsearch fields': JSON.stringify({
    hits: {
      hits: ENTRIES.map((entry) => ({
        fields: Object.fromEntries(
          Object.entries({
            message: entry.message + (entry.trace ? `: ${entry.trace[0]}` : ''),
            'log.logger': entry.logger,
            'process.thread.name': entry.thread,
          }).map(([name, value]) => [name, [value]]),
        ),
      })),
    },
  }),
  'Google Cloud Logging': JSON.stringify(
    texts().map((textPayload) => ({
      insertId: 'x',
      resource: { labels: { pod_name: 'keycloak-0' } },
      textPayload,
    })),
    null,
    2,
  ),
  'Google Cloud Logging, newest first': JSON.stringify(
    ENTRIES.toReversed().map((entry) => ({ jsonPayload: own(entry), timestamp: iso(entry) })),
  ),
  'OpenTelemetry body': JSON.stringify({
    resourceLogs: [
      {
        scopeLogs: [
          {
            logRecords: texts().map((stringValue) => ({
              body: { stringValue },
              attributes: [{ key: 'log.file.name', value: { stringValue: 'server.log' } }],
            })),
          },
        ],
      },
    ],
  }),
  'CSV of CloudWatch': file([
    '@timestamp,@message',
    ...text().map((line) => `${DAY} 14:14:50.000,${csv([line])}`),
  ]),
  'CSV, an entry by row': file([
    '"Date","Host","Message"',
    ...texts().map((entry) => csv([AT, 'idp01', entry])),
  ]),
  'CSV, newest first': file([
    '"Date","Host","Message"',
    ...texts()
      .toReversed()
      .map((entry) => csv([AT, 'idp01', entry])),
  ]),
  'CSV with semicolons': file(['time;message', ...text().map((line) => csv([AT, line], ';'))]),
  'CSV of Splunk': file(['"_raw","_time",host', ...texts().map((entry) => csv([entry, AT, 'idp01']))]),
  'CSV of Kibana, parts in columns': file([
    '"@timestamp","log.level","log.logger","process.thread.name",message,"error.stack_trace"',
    ...ENTRIES.map((entry) =>
      csv([
        iso(entry),
        entry.level,
        entry.logger,
        entry.thread,
        entry.message,
        (entry.trace ?? ['-']).join('\n'),
      ]),
    ),
  ]),
  'CSV without a header': file(text().map((line) => csv([AT, line]))),
  tabs: file(['timestamp\tmessage', ...text().map((line) => `${AT}\t${csv([line])}`)]),
  logfmt: file(texts().map((entry) => `ts=${AT} msg=${JSON.stringify(entry)} pod=keycloak-0`)),
  'one line, escaped line breaks': escaped(text().join('\n')),
  'one line by entry, escaped line breaks': file(texts().map(escaped)),
  'escaped twice': file(texts().map((entry) => escaped(entry).replaceAll('\\', '\\\\'))),
  'newest first': file(text().toReversed()),
  'wrapped in a mail after `failed:`': file(
    text().flatMap((line) =>
      line.includes(' failed: ') ? line.replace(' failed: ', ' failed:\n').split('\n') : [line],
    ),
  ),
}
