import { NextResponse, type NextRequest } from "next/server"

// Back from the sign in with Google
export async function GET(request: NextRequest) {
  const target = request.nextUrl.searchParams.get("returnTo") || "/dashboard"
  return NextResponse.redirect(new URL(target, request.url))
}
