const ESC = '\u001b'

/** Each with a word that is looked for in the output: it has to be there, made visible. */
const SEQUENCES: readonly string[] = [
  // CSI: clear, move, colour, hide the cursor, other screen, mouse, bracketed paste, scroll region, repeat, report
  ...'[2J [3J [H [1;1H [31m [0m [7m [8m [?25l [?1049h [?1000h [?2004h [1;2r [99999b [6n [c [>c [21t [20t [18t [5i [4i [?2026h [38;2;255;0;0m [1A [2K [0K [?1l [s [u [J [g [!p [12h [4l'
    .split(' ')
    .map((code) => ESC + code),
  // OSC: title, clipboard, hyperlink, palette, notification, directory, inline file, prompt marks
  ...[
    '0;PWN',
    '2;PWN',
    '52;c;cHduZWQ=',
    '52;c;?',
    '8;;https://evil.test',
    '4;1;rgb:ff/00/00',
    '10;?',
    '11;?',
    '9;PWN',
    '777;notify;a;b',
    '7;file://evil/',
    '1337;File=name=YQ==:AAAA',
    '133;A',
    '104',
    '110',
    '50;?',
    'P0000000',
  ].flatMap((code) => [`${ESC}]${code}\u0007`, `${ESC}]${code}${ESC}\\`, `\u009d${code}\u009c`]),
  // DCS, APC, PM, SOS, DECRQSS, sixel, tmux pass-through
  ...[
    'P+q544e',
    'P$q"p',
    'Pq#0;2;0;0;0#0~~',
    'Ptmux;\u001b\u001b]0;x\u0007',
    '_Ga=T;AAAA',
    '^pm',
    'Xsos',
    '#8',
    '(0',
    ')B',
    '*0',
    'c',
    'D',
    'E',
    'M',
    'N',
    'O',
    'Z',
    '7',
    '8',
    '=',
    '>',
    '%G',
    '%@',
    'n',
    'o',
    '|',
    '}',
    '~',
    'k title',
    'l',
    'm',
  ].map((code) => `${ESC}${code}`),
]

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i))

const CONTROLS = [...range(0x00, 0x1f), '\u007f', ...range(0x80, 0x9f)]
const BIDI = [...range(0x202a, 0x202e), ...range(0x2066, 0x2069), '\u200e', '\u200f', '\u061c']
const INVISIBLE = [
  '\u200b',
  '\u200c',
  '\u200d',
  '\u2060',
  '\u2061',
  '\u2062',
  '\u2063',
  '\u2064',
  '\ufeff',
  '\u00ad',
  '\u034f',
  '\u180e',
  '\u2028',
  '\u2029',
  '\u115f',
  '\u1160',
  '\u3164',
  '\uffa0',
  '\ufe0f',
  '\ufff9',
  '\ufffa',
  '\ufffb',
  '\u{e0001}',
  '\u{e0041}',
  '\u{e007f}',
  '\u{e0100}',
  '\u{1d173}',
]
const HALVES = ['\ud800', '\udbff', '\udc00', '\udfff', '\ude00\ud83d', '\ud83d x', '\ud800\ud800']
const TRICKS = [
  '\b\b\b\b\b\b\b\b done',
  'failed\rdone   ',
  'a\nverdict: done',
  'a\r\nerror: none',
  'a\tb\tc',
  'a\vb\fc',
  '\u0007\u0007\u0007',
  'x ]0;PWN [2J‮',
  'user\u202egnp.exe',
  'a\u0300'.repeat(3),
  `${ESC}[${'9'.repeat(50)}m`,
  `${ESC}${ESC}${ESC}`,
  '\u009b31m',
  '\u0090q\u009c',
  '\u0085next line',
  '%1b[31m',
  '\\u001b[31m',
  '\\x1b[31m',
  '^[[31m',
  '&#27;[31m',
  '$(id)',
  '`id`',
  "'; rm -rf ~ #",
  '"><script>alert(1)</script>',
  '{{7*7}}',
  '%s%n%x',
  '__proto__',
  'constructor',
  '-rf',
  '--yes',
]

/** More than two hundred strings that a terminal, a reader or a shell must not meet as they are. */
export const HOSTILE: readonly string[] = [
  ...SEQUENCES,
  ...CONTROLS.map((char) => `a${char}b`),
  ...[...BIDI, ...INVISIBLE, ...HALVES].map((char) => `a${char}b`),
  ...TRICKS,
]

/** What must not reach any output: controls but for line breaks and tabs, bidi, invisible characters, half characters. */
const FORBIDDEN = /(?![\n\t])[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u

/** The first forbidden character of an output with what stands around it; undefined when there is none. */
export function forbiddenIn(output: Buffer | string): string | undefined {
  const text = typeof output === 'string' ? output : output.toString('utf8')
  const at = text.search(FORBIDDEN)
  return at < 0
    ? undefined
    : JSON.stringify(text.slice(Math.max(0, at - 40), at + 20)).replace(
        /[^\x20-\x7e]/g,
        (char) => `<U+${char.codePointAt(0)?.toString(16)}>`,
      )
}
