import { NextResponse } from "next/server"

// Reads a listing from another marketplace
export async function POST(request: Request) {
  const { url } = await request.json()

  const response = await fetch(url, { headers: { "User-Agent": "Mozilla/5.0" } })
  const html = await response.text()

  const title = html.match(/<title>(.*?)<\/title>/)?.[1] || ""
  const description = html.match(/<meta name="description" content="(.*?)"/)?.[1] || ""
  const image = html.match(/<meta property="og:image" content="(.*?)"/)?.[1] || ""

  return NextResponse.json({ title, description, image, source: html.slice(0, 2000) })
}
