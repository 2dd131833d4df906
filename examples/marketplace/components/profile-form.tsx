"use client"

import { useState } from "react"
import { toast } from "sonner"
import { updateProfile } from "@/app/actions/profile"
import { Button } from "@/components/ui/button"
import { Input } from "@/components/ui/input"
import { Label } from "@/components/ui/label"
import { Textarea } from "@/components/ui/textarea"
import type { Profile } from "@/lib/types"

export function ProfileForm({ profile }: { profile: Profile }) {
  const [values, setValues] = useState(profile)

  const uploadAvatar = async (file: File) => {
    const formData = new FormData()
    formData.append("file", file)
    const response = await fetch("/api/upload/avatar", { method: "POST", body: formData })
    const data = await response.json()
    if (!response.ok) {
      toast.error(data.error)
      return
    }
    setValues({ ...values, avatar_url: data.url })
  }

  const save = async () => {
    const result = await updateProfile(values)
    if (result.error) {
      toast.error(result.error)
      return
    }
    toast.success("Saved")
  }

  return (
    <div className="space-y-4">
      <div className="flex items-center gap-4">
        <img src={values.avatar_url || "/placeholder.svg"} alt="" className="h-16 w-16 rounded-full object-cover" />
        <input
          type="file"
          accept="image/*"
          onChange={(e) => e.target.files?.[0] && uploadAvatar(e.target.files[0])}
        />
      </div>
      <div className="space-y-1.5">
        <Label htmlFor="full_name">Name</Label>
        <Input
          id="full_name"
          value={values.full_name || ""}
          onChange={(e) => setValues({ ...values, full_name: e.target.value })}
        />
      </div>
      <div className="space-y-1.5">
        <Label htmlFor="phone">Phone</Label>
        <Input
          id="phone"
          value={values.phone || ""}
          onChange={(e) => setValues({ ...values, phone: e.target.value })}
        />
      </div>
      <div className="space-y-1.5">
        <Label htmlFor="bio">About you</Label>
        <Textarea id="bio" value={values.bio || ""} onChange={(e) => setValues({ ...values, bio: e.target.value })} />
      </div>
      <Button onClick={save}>Save</Button>
    </div>
  )
}
