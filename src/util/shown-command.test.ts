import { describe, expect, it } from 'vitest'
import { kcLogout } from './shown-command.ts'

describe('a command shown to a user', () => {
  it('contains plain values unchanged', () => {
    expect(kcLogout`user ${'ada'} -r ${'customers'}`).toBe('kc-logout user ada -r customers')
  })

  it('quotes what a shell would run, and keeps spaces inside a value', () => {
    expect(kcLogout`configure ${'a  b'} --admin-url ${'$(reboot)'}`).toBe(
      "kc-logout configure 'a  b' --admin-url '$(reboot)'",
    )
  })

  it('shows a placeholder for a value that cannot be pasted', () => {
    expect(kcLogout`user ${{ value: 'a\nb', orElse: 'USER' }} -r ${''}`).toBe('kc-logout user USER -r …')
  })

  it('leaves out values that are missing, with the space before them', () => {
    expect(kcLogout`sessions ${undefined} ${[]} --list`).toBe('kc-logout sessions --list')
  })

  it('quotes several values one by one', () => {
    expect(kcLogout`user ${['ada', 'b c']}`).toBe("kc-logout user ada 'b c'")
  })
})
