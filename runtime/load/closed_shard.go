package load

// What Closed does with a user of the mix, be it this process's or not. All are called with c.mu held.

// begin starts the user that has come to a place in the mix.
func (c *Closed) begin(class, place int) func() {
	if !c.shard.Owns(int64(place)) {
		return noUser
	}
	return func() { c.users.Start(class) }
}

// end stops the user that has left a place in the mix. One that ended by itself is as good as any of its class.
func (c *Closed) end(class, place int) func() {
	switch {
	case !c.shard.Owns(int64(place)):
		return noUser
	case c.gone[class] > 0:
		c.gone[class]--
		return noUser
	}
	return func() { c.stop(class) }
}

func noUser() {}

// lose counts a user that ended by itself; false if none of the class is counted as live.
func (c *Closed) lose(class int) bool {
	if !c.shared() {
		if !c.mix.Ended(class) {
			return false
		}
		c.dead++
		return true
	}
	if c.own(class) <= c.gone[class] {
		return false
	}
	c.gone[class]++
	return true
}

// liveHere is how many users of this shard are counted as live.
func (c *Closed) liveHere() int {
	live := int(c.shard.Count(int64(c.mix.Running())))
	for _, n := range c.gone {
		live -= n
	}
	return live
}

// own is how many users of the class the mix has in this shard's places.
func (c *Closed) own(class int) (n int) {
	for place := c.shard.Index; place < len(c.mix.running); place += c.shard.Of {
		if c.mix.running[place] == class {
			n++
		}
	}
	return n
}

// missing gives the class of a user to be made good, and counts it as live again; false if there is none.
func (c *Closed) missing() (class int, ok bool) {
	for class := range c.fill {
		if min(c.fill[class], c.gone[class]) > 0 {
			c.fill[class]--
			c.gone[class]--
			return class, true
		}
	}
	return 0, false
}
