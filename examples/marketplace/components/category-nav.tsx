import Link from "next/link"
import { cn } from "@/lib/utils"
import type { Category } from "@/lib/types"

export function CategoryNav({ categories, active }: { categories: Category[]; active?: string }) {
  return (
    <nav className="flex flex-wrap gap-2">
      {categories.map((category) => (
        <Link
          key={category.id}
          href={`/listings?category=${category.slug}`}
          className={cn(
            "rounded-full border px-4 py-1.5 text-sm hover:bg-accent",
            active === category.slug && "border-primary bg-primary text-primary-foreground hover:bg-primary",
          )}
        >
          {category.name}
        </Link>
      ))}
    </nav>
  )
}
