"use client"

import { useState } from "react"
import { toast } from "sonner"
import { createListing } from "@/app/actions/listings"
import { DescriptionWriter } from "@/components/description-writer"
import { ImageUpload } from "@/components/image-upload"
import { Button } from "@/components/ui/button"
import { Input } from "@/components/ui/input"
import { Label } from "@/components/ui/label"
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select"
import { Textarea } from "@/components/ui/textarea"
import { CONDITIONS } from "@/lib/constants"
import type { Category } from "@/lib/types"

export function ListingForm({ categories }: { categories: Category[] }) {
  const [title, setTitle] = useState("")
  const [description, setDescription] = useState("")
  const [condition, setCondition] = useState("good")
  const [images, setImages] = useState<string[]>([])
  const [hint, setHint] = useState("")

  const suggestPrice = async () => {
    const response = await fetch("/api/ai/price", { method: "POST", body: JSON.stringify({ title, condition }) })
    const { low, high } = await response.json()
    setHint(low ? `Similar pieces sell for ${low} to ${high} €` : "No suggestion for this one")
  }

  const submit = async (formData: FormData) => {
    images.forEach((image) => formData.append("images", image))
    const result = await createListing(formData)
    if (result?.error) toast.error(result.error)
  }

  return (
    <form action={submit} className="space-y-5">
      <div className="space-y-1.5">
        <Label htmlFor="title">Title</Label>
        <Input id="title" name="title" required value={title} onChange={(e) => setTitle(e.target.value)} />
      </div>
      <div className="grid grid-cols-2 gap-4">
        <div className="space-y-1.5">
          <Label>Category</Label>
          <Select name="category_id" required>
            <SelectTrigger>
              <SelectValue placeholder="Choose one" />
            </SelectTrigger>
            <SelectContent>
              {categories.map((category) => (
                <SelectItem key={category.id} value={category.id}>
                  {category.name}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
        </div>
        <div className="space-y-1.5">
          <Label>Condition</Label>
          <Select name="condition" value={condition} onValueChange={setCondition}>
            <SelectTrigger>
              <SelectValue />
            </SelectTrigger>
            <SelectContent>
              {CONDITIONS.map((c) => (
                <SelectItem key={c.value} value={c.value}>
                  {c.label}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
        </div>
      </div>
      <div className="space-y-1.5">
        <div className="flex items-center justify-between">
          <Label htmlFor="description">Description</Label>
          <DescriptionWriter title={title} onWritten={setDescription} />
        </div>
        <Textarea
          id="description"
          name="description"
          rows={8}
          value={description}
          onChange={(e) => setDescription(e.target.value)}
        />
      </div>
      <div className="grid grid-cols-2 gap-4">
        <div className="space-y-1.5">
          <Label htmlFor="price">Price in €</Label>
          <Input id="price" name="price" type="number" step="0.01" required />
          <button type="button" className="text-xs underline" onClick={suggestPrice}>
            {hint || "What is it worth?"}
          </button>
        </div>
        <div className="space-y-1.5">
          <Label htmlFor="stock">Stock</Label>
          <Input id="stock" name="stock" type="number" defaultValue={1} min={1} required />
        </div>
      </div>
      <ImageUpload images={images} onChange={setImages} />
      <Button type="submit" size="lg">
        Publish
      </Button>
    </form>
  )
}
