import { NextResponse } from "next/server"
import { createClient } from "@/lib/supabase/server"

const EXTENSIONS: Record<string, string> = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp" }

export async function POST(request: Request) {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 })
  }

  const file = (await request.formData()).get("file")
  if (!(file instanceof File) || !EXTENSIONS[file.type] || file.size > 2_000_000) {
    return NextResponse.json({ error: "Please choose a picture of at most 2 MB" }, { status: 400 })
  }

  // The name is ours, not the one of the upload
  const name = `avatars/${user.id}.${EXTENSIONS[file.type]}`
  const { error } = await supabase.storage.from("listing-images").upload(name, file, { upsert: true })
  if (error) {
    return NextResponse.json({ error: "The picture could not be saved" }, { status: 500 })
  }
  const { data } = supabase.storage.from("listing-images").getPublicUrl(name)
  return NextResponse.json({ url: data.publicUrl })
}
