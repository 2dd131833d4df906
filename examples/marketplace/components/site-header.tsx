"use client"

import Link from "next/link"
import { Armchair, Menu, ShoppingBag } from "lucide-react"
import { SearchBar } from "@/components/search-bar"
import { UserMenu } from "@/components/user-menu"
import { Button } from "@/components/ui/button"
import { Sheet, SheetContent, SheetTitle, SheetTrigger } from "@/components/ui/sheet"
import { useCart } from "@/hooks/use-cart"

export function SiteHeader() {
  const { items } = useCart()

  return (
    <header className="sticky top-0 z-40 border-b bg-background/95 backdrop-blur">
      <div className="container flex h-16 items-center gap-4">
        <Link href="/" className="flex items-center gap-2 text-lg font-semibold text-primary">
          <Armchair className="h-5 w-5" />
          Atticly
        </Link>
        <nav className="hidden gap-6 pl-4 text-sm md:flex">
          <Link href="/listings">Browse</Link>
          <Link href="/dashboard/listings/new">Sell</Link>
          <Link href="/about">About</Link>
        </nav>
        <div className="ml-auto hidden w-72 md:block">
          <SearchBar />
        </div>
        <Button asChild variant="ghost" size="icon" aria-label="Cart">
          <Link href="/cart" className="relative">
            <ShoppingBag />
            {items.length > 0 && (
              <span className="absolute -right-1 -top-1 rounded-full bg-primary px-1.5 text-[10px] text-primary-foreground">
                {items.length}
              </span>
            )}
          </Link>
        </Button>
        <UserMenu />
        <Sheet>
          <SheetTrigger asChild>
            <Button variant="ghost" size="icon" className="md:hidden" aria-label="Menu">
              <Menu />
            </Button>
          </SheetTrigger>
          <SheetContent>
            <SheetTitle className="mb-4">Menu</SheetTitle>
            <div className="flex flex-col gap-4">
              <SearchBar />
              <Link href="/listings">Browse</Link>
              <Link href="/dashboard/listings/new">Sell</Link>
              <Link href="/about">About</Link>
            </div>
          </SheetContent>
        </Sheet>
      </div>
    </header>
  )
}
