import { mkdir, writeFile } from "fs/promises"
import path from "path"
import { NextResponse } from "next/server"

export async function POST(request: Request) {
  const formData = await request.formData()
  const file = formData.get("file") as File
  const folder = formData.get("folder") as string

  const directory = path.join(process.cwd(), "public", "uploads", folder)
  await mkdir(directory, { recursive: true })
  await writeFile(path.join(directory, file.name), Buffer.from(await file.arrayBuffer()))

  return NextResponse.json({ url: `/uploads/${folder}/${file.name}` })
}
