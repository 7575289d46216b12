/** A key for a session: an online and an offline session may have the same id. */
export const sessionKey = ({ id, offline }: { readonly id: string; readonly offline: boolean }): string =>
  `${offline ? 'offline' : 'online'} ${id}`
