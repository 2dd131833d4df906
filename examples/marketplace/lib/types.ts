export type Role = "buyer" | "seller" | "admin"

export type OrderStatus = "pending" | "paid" | "shipped" | "delivered" | "cancelled" | "refunded"

export interface Profile {
  id: string
  email: string
  full_name: string | null
  phone: string | null
  avatar_url: string | null
  bio: string | null
  role: Role
  stripe_account_id: string | null
  payout_balance: number
  created_at: string
}

export interface Category {
  id: string
  name: string
  slug: string
  icon: string | null
  position: number
}

export interface Listing {
  id: string
  seller_id: string
  category_id: string | null
  title: string
  slug: string
  description: string | null
  price: number
  stock: number
  condition: string
  images: string[]
  status: string
  featured: boolean
  view_count: number
  created_at: string
  profiles?: Pick<Profile, "id" | "full_name" | "avatar_url"> & { email?: string }
}

export interface Order {
  id: string
  buyer_id: string
  seller_id: string
  status: OrderStatus
  total: number
  platform_fee: number
  shipping_name: string | null
  shipping_address: Record<string, string> | null
  tracking_number: string | null
  created_at: string
  order_items?: OrderItem[]
}

export interface OrderItem {
  id: string
  order_id: string
  listing_id: string
  title: string
  quantity: number
  unit_price: number
}

export interface Review {
  id: string
  listing_id: string
  author_id: string
  rating: number
  body: string
  created_at: string
  profiles?: Pick<Profile, "full_name">
}

export interface Message {
  id: string
  listing_id: string | null
  sender_id: string
  recipient_id: string
  body: string
  read_at: string | null
  created_at: string
}

export interface CartItem {
  id: string
  sellerId: string
  title: string
  price: number
  image: string
  quantity: number
}
