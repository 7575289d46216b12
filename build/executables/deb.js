import { cp, mkdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './tools.js'

/** Builds a .deb: the executable, man pages, completion of bash, zsh, fish and kubectl, documentation and licences. */
export async function buildDeb(target, { executable, parts, version, folder, out, seconds }) {
  const root = join(folder, 'deb')
  const put = async (from, to, mode) => {
    await mkdir(join(root, to, '..'), { recursive: true })
    await cp(from, join(root, to), { recursive: true, mode })
  }
  await put(executable, 'usr/bin/kc-logout')
  // kubectl runs it as `kubectl kc-logout`.
  await symlink('kc-logout', join(root, 'usr/bin/kubectl-kc_logout'))
  await put(join(parts, 'man'), 'usr/share/man/man1')
  await run('find', [join(root, 'usr/share/man'), '-name', '*.1', '-exec', 'gzip', '-9n', '{}', '+'])
  await put(join(parts, 'completion/kc-logout.bash'), 'usr/share/bash-completion/completions/kc-logout')
  await put(join(parts, 'completion/_kc-logout'), 'usr/share/zsh/vendor-completions/_kc-logout')
  await put(join(parts, 'completion/kc-logout.fish'), 'usr/share/fish/vendor_completions.d/kc-logout.fish')
  await put(join(parts, 'doc'), 'usr/share/doc/kc-logout')
  await put(join(parts, 'completion/kubectl_complete-kc_logout'), 'usr/bin/kubectl_complete-kc_logout')
  // The rest is less than 1 % of it.
  const kilobytes = Math.ceil((await stat(executable)).size / 1024)
  await mkdir(join(root, 'DEBIAN'))
  await writeFile(join(root, 'DEBIAN/control'), control(target.debian, version, kilobytes))
  await run('chmod', ['-R', 'u=rwX,go=rX', root])
  await run('chmod', ['755', join(root, 'usr/bin/kubectl_complete-kc_logout')])
  const file = join(out, `kc-logout_${version}_${target.debian}.deb`)
  await run('dpkg-deb', ['--root-owner-group', '--threads-max=1', '-Zxz', '-z3', '--build', root, file], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(seconds) },
  })
  return file
}

const control = (architecture, version, kilobytes) => `Package: kc-logout
Version: ${version}
Architecture: ${architecture}
Maintainer: kc-logout maintainers <maintainers@kc-logout.invalid>
Installed-Size: ${kilobytes}
Depends: libc6 (>= 2.28), libstdc++6, libgcc-s1, libatomic1
Section: admin
Priority: optional
Description: End users' Keycloak sessions everywhere
 Ends sessions with the admin REST API of Keycloak, and shows which applications
 were notified, how, and which were not. Contains Node.js.
`
