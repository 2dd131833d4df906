"use client"

import { useState } from "react"
import { Heart } from "lucide-react"
import { toast } from "sonner"
import { Button } from "@/components/ui/button"
import { useUser } from "@/hooks/use-user"
import { createClient } from "@/lib/supabase/client"
import { cn } from "@/lib/utils"

export function FavoriteButton({ listingId }: { listingId: string }) {
  const { user } = useUser()
  const [liked, setLiked] = useState(false)

  const toggle = async () => {
    if (!user) {
      toast.error("Please sign in first")
      return
    }
    const supabase = createClient()
    if (liked) {
      await supabase.from("favorites").delete().eq("user_id", user.id).eq("listing_id", listingId)
    } else {
      await supabase.from("favorites").insert({ user_id: user.id, listing_id: listingId })
    }
    setLiked(!liked)
    toast.success(liked ? "Removed from favorites" : "Saved to favorites")
  }

  return (
    <Button variant="outline" size="icon" onClick={toggle} aria-label="Favorite">
      <Heart className={cn(liked && "fill-destructive text-destructive")} />
    </Button>
  )
}
