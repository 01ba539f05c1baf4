from best_vectors.command import main

main()
