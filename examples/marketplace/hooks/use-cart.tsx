"use client"

import { createContext, useContext, useEffect, useState, type ReactNode } from "react"
import type { CartItem } from "@/lib/types"

interface CartContextValue {
  items: CartItem[]
  total: number
  add: (item: CartItem) => void
  remove: (id: string) => void
  setQuantity: (id: string, quantity: number) => void
  clear: () => void
}

const CartContext = createContext<CartContextValue | null>(null)

export function CartProvider({ children }: { children: ReactNode }) {
  const [items, setItems] = useState<CartItem[]>([])

  useEffect(() => {
    try {
      setItems(JSON.parse(localStorage.getItem("cart") || "[]"))
    } catch {
      localStorage.removeItem("cart")
    }
  }, [])

  const save = (next: CartItem[]) => {
    setItems(next)
    localStorage.setItem("cart", JSON.stringify(next))
  }

  const add = (item: CartItem) => {
    const existing = items.find((i) => i.id === item.id)
    save(
      existing
        ? items.map((i) => (i.id === item.id ? { ...i, quantity: i.quantity + item.quantity } : i))
        : [...items, item],
    )
  }

  const remove = (id: string) => save(items.filter((i) => i.id !== id))

  const setQuantity = (id: string, quantity: number) =>
    save(items.map((i) => (i.id === id ? { ...i, quantity } : i)))

  const clear = () => save([])

  const total = items.reduce((sum, i) => sum + i.price * i.quantity, 0)

  return (
    <CartContext.Provider value={{ items, total, add, remove, setQuantity, clear }}>{children}</CartContext.Provider>
  )
}

export function useCart() {
  const context = useContext(CartContext)
  if (!context) throw new Error("useCart must be used within a CartProvider")
  return context
}
