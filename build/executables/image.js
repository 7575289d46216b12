import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzip, hashOf, run, tar } from './tools.js'

/** What Node is linked with. */
const LIBRARIES = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1']
const USER = 65532
const CONFIG = '/home/kc-logout/.config/kc-logout'

/**
 * Writes an image for all architectures as an OCI layout in a tar, without a Docker daemon: the executable and the C
 * libraries of Debian, no shell, no package manager, not root.
 */
export async function buildImage(targets, { version, folder, out, seconds }) {
  const layout = join(folder, 'oci')
  const blobs = join(layout, 'blobs/sha256')
  await mkdir(blobs, { recursive: true })
  const manifests = []
  for (const { target, executable } of targets) {
    const layer = await layerOf(target, executable, { folder, seconds })
    manifests.push({
      ...(await manifestOf(target, layer, { blobs, version, seconds })),
      platform: platformOf(target),
    })
  }
  const index = await blob(blobs, 'application/vnd.oci.image.index.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests,
  })
  const named = { ...index, annotations: { 'org.opencontainers.image.ref.name': version } }
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }))
  const file = join(out, `kc-logout-${version}-oci.tar`)
  await tar(file, layout, seconds)
  return file
}

const platformOf = ({ debian }) => ({ os: 'linux', architecture: debian })

/** The layer as a compressed tar, with the hash of the uncompressed one. */
async function layerOf(target, executable, { folder, seconds }) {
  const root = join(folder, `root-${target.debian}`)
  await mkdir(join(root, 'etc'), { recursive: true })
  await mkdir(join(root, 'usr/bin'), { recursive: true })
  await addLibraries(target, root, join(folder, `debs-${target.debian}`))
  await cp(executable, join(root, 'usr/bin/kc-logout'))
  await writeFile(join(root, 'etc/passwd'), `kc-logout:x:${USER}:${USER}::/home/kc-logout:/nowhere\n`)
  await writeFile(join(root, 'etc/group'), `kc-logout:x:${USER}:\n`)
  await run('chmod', ['-R', 'u=rwX,go=rX', root])
  // The home is the user's own, which only a later entry of the tar can say.
  const home = join(folder, `home-${target.debian}`)
  await mkdir(join(home, CONFIG), { recursive: true, mode: 0o700 })
  await mkdir(join(home, 'tmp'), { mode: 0o1777 })
  const file = join(folder, `layer-${target.debian}.tar`)
  await tar(file, root, seconds, ['--exclude=./usr/share'])
  await run('chmod', ['1777', join(home, 'tmp')])
  await run('chmod', ['-R', '0700', join(home, 'home/kc-logout')])
  await run('tar', [
    ...['--append', '--file', file, '--directory', home, '--sort=name', `--mtime=@${seconds}`],
    ...[
      `--owner=${USER}`,
      `--group=${USER}`,
      '--numeric-owner',
      '--format=ustar',
      './home/kc-logout',
      './tmp',
    ],
  ])
  const diffId = await hashOf(file)
  await gzip(file)
  return { file: `${file}.gz`, diffId }
}

/** The libraries from the packages of this machine's Debian, for whichever architecture. */
async function addLibraries({ debian, library }, root, work) {
  const lists = join(work, 'lists')
  await mkdir(join(lists, 'partial'), { recursive: true })
  const options = ['-qq', '-o', `APT::Architecture=${debian}`, '-o', `APT::Architectures=${debian}`]
  const own = [...options, '-o', `Dir::State::lists=${lists}`, '-o', 'APT::Sandbox::User=root']
  await run('apt-get', [...own, 'update'])
  await run('apt-get', [...own, 'download', ...LIBRARIES.map((name) => `${name}:${debian}`)], { cwd: work })
  const unpacked = join(work, 'unpacked')
  for (const name of (await readdir(work)).filter((each) => each.endsWith('.deb')).sort())
    await run('dpkg-deb', ['--extract', join(work, name), unpacked])
  // Debian 12 keeps them in /lib, later ones in /usr/lib. The loader's path is part of the ABI.
  for (const path of ['lib', 'lib64', 'usr/lib'])
    if (await stat(join(unpacked, path)).catch(() => undefined))
      await cp(join(unpacked, path), join(root, path), { recursive: true, verbatimSymlinks: true })
  await rm(join(root, 'usr/lib', library, 'gconv'), { recursive: true, force: true })
}

async function manifestOf({ debian }, { file, diffId }, { blobs, version, seconds }) {
  const created = new Date(seconds * 1000).toISOString()
  const config = await blob(blobs, 'application/vnd.oci.image.config.v1+json', {
    created,
    architecture: debian,
    os: 'linux',
    config: {
      User: `${USER}:${USER}`,
      Env: ['HOME=/home/kc-logout', `KC_LOGOUT_CONFIG_DIR=${CONFIG}`],
      Entrypoint: ['/usr/bin/kc-logout'],
      WorkingDir: '/home/kc-logout',
      Labels: { 'org.opencontainers.image.title': 'kc-logout', 'org.opencontainers.image.version': version },
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    history: [{ created, created_by: 'build/executables' }],
  })
  const digest = await hashOf(file)
  const { size } = await stat(file)
  await rename(file, join(blobs, digest))
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: `sha256:${digest}`, size }
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  return blob(blobs, mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] })
}

/** Writes a document as a blob and returns its descriptor. */
async function blob(blobs, mediaType, document) {
  const text = JSON.stringify(document)
  const digest = createHash('sha256').update(text).digest('hex')
  await writeFile(join(blobs, digest), text)
  return { mediaType, digest: `sha256:${digest}`, size: Buffer.byteLength(text) }
}
