import { GuardedFormData, GuardedHeaders, guardedFetch } from '../http/fetch.ts'

// Assigned, not defined: to define a property anew, V8 reads the old one, and from Node 22 on that loads undici, which
// is what this is to avoid.
Object.assign(globalThis, { fetch: guardedFetch, Headers: GuardedHeaders, FormData: GuardedFormData })
