"""What other libraries call the weights of MobileNets, a library a file: each translates its names into ours."""
