import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { terminalSvg } from './terminal-svg.ts'

const svg = (output: string, columns = 20) => terminalSvg(output, columns, { title: 'T', description: 'D' })
const texts = (picture: string) => [...picture.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text)

describe('the picture of a terminal', () => {
  it('shows the final screen, without cleared text', async () => {
    expect(texts(await svg('reading  10 %\r\u001b[KDone.\r\n'))).toEqual(['Done.'])
  })

  it('keeps colour and weight of each word', async () => {
    const picture = await svg('\u001b[31mno\u001b[39m \u001b[1mbold\u001b[22m')
    expect(picture).toMatch(/fill="#ff7b72">no</)
    expect(picture).toMatch(/font-weight="bold">bold</)
  })

  it('keeps column positions in any font', async () => {
    const picture = await svg('ab    cd')
    const [first, second] = [...picture.matchAll(/<text x="([\d.]+)"[^>]*textLength="([\d.]+)"/g)]
    expect(Number(first?.[2])).toBeCloseTo(2 * 8.4)
    expect(Number(second?.[1]) - Number(first?.[1])).toBeCloseTo(6 * 8.4)
  })

  it('draws bars as boxes', async () => {
    const picture = await svg('██░░')
    expect(texts(picture)).toEqual([])
    expect(picture.match(/<rect [^>]*fill-opacity="(1|0.28)"/g)?.length).toBe(2)
  })

  it('escapes markup', async () => {
    expect(texts(await svg('<b>&'))).toEqual(['&lt;b&gt;&amp;'])
  })
})

describe('the pictures of the README', () => {
  const root = new URL('../../', import.meta.url)
  const shown = [
    ...readFileSync(new URL('README.md', root), 'utf8').matchAll(/\((docs\/screens\/[^)]+\.svg)\)/g),
  ]

  it('exist and name the run that they come from', () => {
    expect(shown.length).toBeGreaterThan(1)
    for (const [, file] of shown)
      expect(readFileSync(new URL(file ?? '', root), 'utf8')).toMatch(
        /<desc id="d">From a run of kc-logout [\d.]+ against Keycloak [\d.]+, made by npm run screens/,
      )
  })

  it('contain nothing about the machine', () => {
    for (const file of readdirSync(new URL('docs/screens/', root))) {
      const picture = readFileSync(new URL(`docs/screens/${file}`, root), 'utf8')
      const hosts = [...picture.matchAll(/https?:\/\/([^/\s"<]+)/g)].map(([, host]) => host ?? '')
      // Hosts of the run, the SVG format and logout tokens.
      const known = /^(localhost:808[01]|www\.w3\.org|schemas\.openid\.net|APP\w*)$/
      expect(hosts.filter((host) => !known.test(host))).toEqual([])
      expect(picture).not.toMatch(/\/(home|root|tmp)\//)
    }
  })
})
