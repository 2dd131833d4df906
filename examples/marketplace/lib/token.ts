import { createHmac, timingSafeEqual } from "crypto"

// Links in e-mails to leave the newsletter
const SIGNING_SECRET = process.env.LINK_SIGNING_SECRET || "atticly-link-secret-2025"

export function signEmail(email: string) {
  return createHmac("sha256", SIGNING_SECRET).update(email).digest("hex")
}

export function verifyEmail(email: string, signature: string) {
  const expected = Buffer.from(signEmail(email))
  const given = Buffer.from(signature)
  return expected.length === given.length && timingSafeEqual(expected, given)
}
