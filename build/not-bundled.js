// Stands for two parts of the admin client that kc-logout does not use and whose dependencies come without a licence
// text, so that they must not be shipped: its own sign-in, and the client of the experimental clients API (v2, 100 KB).
export const getToken = undefined
export const createAdminClient = undefined
export const FetchRequestAdapter = undefined
