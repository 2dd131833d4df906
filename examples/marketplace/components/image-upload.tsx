"use client"

import { useState } from "react"
import { ImagePlus } from "lucide-react"
import { toast } from "sonner"
import { useUser } from "@/hooks/use-user"

interface ImageUploadProps {
  images: string[]
  onChange: (images: string[]) => void
}

export function ImageUpload({ images, onChange }: ImageUploadProps) {
  const { user } = useUser()
  const [uploading, setUploading] = useState(false)

  const upload = async (files: FileList) => {
    setUploading(true)
    const urls: string[] = []
    for (const file of Array.from(files)) {
      const formData = new FormData()
      formData.append("file", file)
      formData.append("folder", user?.id || "guest")
      const response = await fetch("/api/upload", { method: "POST", body: formData })
      if (!response.ok) {
        toast.error(`${file.name} could not be uploaded`)
        continue
      }
      urls.push((await response.json()).url)
    }
    onChange([...images, ...urls])
    setUploading(false)
  }

  return (
    <div className="flex flex-wrap gap-3">
      {images.map((image) => (
        <img key={image} src={image} alt="" className="h-24 w-32 rounded-md border object-cover" />
      ))}
      <label className="flex h-24 w-32 cursor-pointer items-center justify-center rounded-md border border-dashed">
        {uploading ? "…" : <ImagePlus className="text-muted-foreground" />}
        <input
          type="file"
          multiple
          accept="image/*"
          className="hidden"
          onChange={(e) => e.target.files && upload(e.target.files)}
        />
      </label>
    </div>
  )
}
