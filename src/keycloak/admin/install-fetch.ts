import { GuardedFormData, GuardedHeaders, guardedFetch } from '../http/fetch.ts'

// Assigned, not defined: to redefine a property, V8 reads the old one, and from Node 22 on that loads undici.
Object.assign(globalThis, { fetch: guardedFetch, Headers: GuardedHeaders, FormData: GuardedFormData })
