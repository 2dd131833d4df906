"use client"

import { useState } from "react"
import { toast } from "sonner"
import { Button } from "@/components/ui/button"

export function FeatureToggle({ listingId, featured }: { listingId: string; featured: boolean }) {
  const [on, setOn] = useState(featured)

  const toggle = async () => {
    const response = await fetch("/api/admin/feature", {
      method: "POST",
      body: JSON.stringify({ listingId, featured: !on }),
    })
    if (!response.ok) {
      toast.error("That did not work")
      return
    }
    setOn(!on)
  }

  return (
    <Button size="sm" variant={on ? "default" : "outline"} onClick={toggle}>
      {on ? "On the home page" : "Feature"}
    </Button>
  )
}
